// What page.js gives to mount.js, in front of which it stands on a page.
declare const pageModel: typeof import("../../gan_lesson/widgets/shared/page.js").pageModel;
declare const withBytes: typeof import("../../gan_lesson/widgets/shared/page.js").withBytes;
