// The two networks and what flows between them.

import { element, freshId } from "../shared/elements.js";

const DIAGRAM = `
<svg viewBox="0 0 440 178" role="img" class="gl-diagram" aria-label="Diagram: noise z goes into the generator G, which makes fakes. Fakes and reals go into the discriminator D. Its scores make two losses. The loss of D flows back into D; the loss of G flows back through D and the fakes into G.">
  <defs><marker id="MARK" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>
  <g class="gl-edge">
    <path data-name="z-g" d="M68 35H94"/><path data-name="g-fakes" d="M140 27H168"/>
    <path data-name="fakes-d" d="M228 42L257 67"/><path data-name="reals-d" d="M228 134L258 110"/>
    <path data-name="d-loss" d="M302 102L341 128"/><path data-name="d-loss-g" d="M302 72L341 42"/>
    <path data-name="back-d" d="M346 156Q286 176 280 112" class="gl-back gl-of-d"/>
    <path data-name="back-d-g" d="M366 54Q352 84 304 88" class="gl-back gl-of-g"/>
    <path data-name="back-fakes" d="M256 92Q214 90 204 56" class="gl-back gl-of-g"/>
    <path data-name="back-g" d="M170 43H142" class="gl-back gl-of-g"/>
  </g>
  <g data-name="noise"><rect x="2" y="16" width="66" height="38" rx="6"/><text x="35" y="40">noise z</text></g>
  <g data-name="g" class="gl-of-g"><rect x="96" y="16" width="44" height="38" rx="6"/><text x="118" y="40">G</text></g>
  <g data-name="fakes" class="gl-of-fake"><rect x="170" y="16" width="58" height="38" rx="6"/><text x="199" y="40">fakes</text></g>
  <g data-name="reals" class="gl-of-real"><rect x="170" y="118" width="58" height="38" rx="6"/><text x="199" y="142">reals</text></g>
  <g data-name="d" class="gl-of-d"><rect x="256" y="68" width="46" height="42" rx="6"/><text x="279" y="94">D</text></g>
  <g data-name="loss-g" class="gl-of-g"><rect x="342" y="16" width="96" height="38" rx="6"/><text x="390" y="40">loss of G</text></g>
  <g data-name="loss-d" class="gl-of-d"><rect x="342" y="118" width="96" height="38" rx="6"/><text x="390" y="142">loss of D</text></g>
</svg>`;

export function gameDiagram() {
  const root = element("div");
  const mark = freshId();
  root.innerHTML = DIAGRAM.replace("MARK", mark);
  for (const edge of root.querySelectorAll(".gl-edge path")) edge.setAttribute("marker-end", `url(#${mark})`);
  return {
    root,
    /** @param {string[]} names what is lit */
    light(names) {
      for (const node of root.querySelectorAll("[data-name]")) {
        node.classList.toggle("gl-lit", names.includes(node.getAttribute("data-name") ?? ""));
      }
    },
  };
}
