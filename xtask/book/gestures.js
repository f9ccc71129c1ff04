// The pointer and the keys that change a time.
(function (book) {
  'use strict';

  /** Dragging the handle moves a time. `press` is called for a press without a move. */
  book.drag = function (handle, track, { end, time, move, done, press }) {
    handle.addEventListener('pointerdown', (down) => {
      if (down.button !== 0) return;
      down.preventDefault();
      handle.focus({ preventScroll: true });
      // The mark may be grabbed beside its middle: it must not jump there.
      const box = track.getBoundingClientRect();
      const perPixel = end() / box.width;
      const grabbed = down.clientX - box.left - time() / perPixel;
      let isMoved = false;
      const drag = (event) => {
        isMoved ||= Math.abs(event.clientX - down.clientX) > 3;
        if (isMoved) move((event.clientX - box.left - grabbed) * perPixel);
      };
      const stop = (event) => {
        handle.removeEventListener('pointermove', drag);
        handle.removeEventListener('pointerup', stop);
        handle.removeEventListener('pointercancel', stop);
        if (isMoved) done();
        else if (event.type === 'pointerup') press();
      };
      // The events come even where the pointer has left the mark.
      handle.setPointerCapture(down.pointerId);
      handle.addEventListener('pointermove', drag);
      handle.addEventListener('pointerup', stop);
      handle.addEventListener('pointercancel', stop);
    });
  };

  /** How many steps a key moves a slider. */
  const STEPS = {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -10,
    PageUp: 10,
    Home: -Infinity,
    End: Infinity,
  };

  /** The keys of a slider call `step`, and others the function of their name in `others`. */
  book.listenToKeys = function (handle, step, others = {}) {
    handle.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in STEPS) step(STEPS[event.key]);
      else if (event.key in others) others[event.key]();
      else return;
      event.preventDefault();
      // mdBook turns the page at an arrow key.
      event.stopPropagation();
    });
  };
})((window.book ??= {}));
