{
  const { Reveal, RevealNotes } = /** @type {any} */ (globalThis); // loaded by the page
  const deck = /** @type {HTMLElement} */ (document.querySelector(".reveal"));
  const leaves = [...document.querySelectorAll("section.leaf")];
  const SMALLEST = 0.6;

  // A slide is 16:9. On a phone held upright it is as narrow as it can be read, and as high as the screen.
  function size() {
    if (innerWidth >= innerHeight || location.search.includes("print")) return { width: 1280, height: 720 };
    return { width: 640, height: Math.round(640 * Math.min(2.2, innerHeight / innerWidth)) };
  }

  function setSize() {
    const { width, height } = size();
    document.documentElement.style.setProperty("--slide-width", `${width}px`);
    document.documentElement.style.setProperty("--slide-height", `${height}px`);
    document.documentElement.classList.toggle("upright", height > width);
  }

  /**
   * A widget is laid out at a width that it is made for, then made as large as the board allows.
   *
   * @param {HTMLElement} board
   */
  function fitWidget(board) {
    const live = /** @type {HTMLElement | null} */ (board.querySelector(".live"));
    const place = /** @type {HTMLElement | null | undefined} */ (live?.firstElementChild);
    if (!live || !place) return;
    const wide = board.clientWidth > 700 ? 1000 : 440;
    place.style.width = `${wide}px`;
    live.style.height = "auto";
    const high = place.offsetHeight;
    const scale = Math.max(SMALLEST, Math.min(board.clientWidth / wide, board.clientHeight / high));
    place.style.transform = `scale(${scale})`;
    live.style.height = `${Math.floor(high * scale)}px`;
    live.style.width = `${Math.floor(wide * scale)}px`;
  }

  /**
   * Sets a slide smaller until it fits; what still doesn't is scrolled.
   *
   * @param {Element | null} leaf
   */
  function fit(leaf) {
    const board = /** @type {HTMLElement | null | undefined} */ (leaf?.querySelector(".board"));
    if (!board?.clientHeight) return; // not shown now
    fitWidget(board);
    board.classList.remove("scrolls");
    const over = () => board.scrollHeight > board.clientHeight + 1 || board.scrollWidth > board.clientWidth + 1;
    for (let share = 1; share >= SMALLEST - 0.001; share -= 0.04) {
      board.style.setProperty("--fit", share.toFixed(2));
      if (!over()) return;
    }
    board.classList.add("scrolls");
    board.tabIndex = 0; // so that the keyboard can scroll it
  }

  function fitAll() {
    deck.classList.add("measuring");
    for (const leaf of leaves) fit(leaf);
    deck.classList.remove("measuring");
  }

  const inWidget = () => document.activeElement?.closest(".live");

  // What a widget has the keyboard for stays with it. A presenter's clicker sends Page up and Page down.
  document.addEventListener(
    "keydown",
    (event) => {
      if (!inWidget() || !["Escape", "PageUp", "PageDown"].includes(event.key)) return;
      /** @type {HTMLElement} */ (document.activeElement).blur();
      event.preventDefault();
      if (event.key === "Escape") event.stopImmediatePropagation();
    },
    true,
  );

  setSize();
  fitAll();
  Reveal.initialize({
    ...size(),
    margin: 0,
    center: false,
    hash: true,
    transition: "none",
    backgroundTransition: "none",
    slideNumber: "c/t",
    controlsTutorial: false,
    scrollActivationWidth: null,
    pdfSeparateFragments: false,
    pdfMaxPagesPerSlide: 1,
    keyboardCondition: () => !inWidget(),
    plugins: [RevealNotes],
  }).then(() => {
    // widgets grow while they come to life, and when something in them is unfolded
    const watch = new ResizeObserver((seen) => {
      for (const { target } of seen) fit(target.closest("section.leaf"));
    });
    for (const place of document.querySelectorAll(".live > *")) watch.observe(place);
    Reveal.on("slidechanged", (/** @type {{ currentSlide: Element }} */ { currentSlide }) => fit(currentSlide));
    document.fonts.ready.then(fitAll);
    addEventListener("resize", () => {
      setSize();
      Reveal.configure(size());
      fitAll();
    });
  });
}
