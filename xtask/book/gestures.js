// The pointer and the keys that change a job.
(function (book) {
  'use strict';

  /** Dragging moves the end of the job. A press without a move makes the job fail, or complete. */
  book.drag = function (handle, track, index, timeline) {
    handle.addEventListener('pointerdown', (down) => {
      if (down.button !== 0) return;
      down.preventDefault();
      handle.focus({ preventScroll: true });
      // The mark may be grabbed beside its middle: it must not jump there.
      const box = track.getBoundingClientRect();
      const perPixel = timeline.end / box.width;
      const grabbed = down.clientX - box.left - timeline.jobs[index].delay_ms / perPixel;
      let isMoved = false;
      const move = (event) => {
        isMoved ||= Math.abs(event.clientX - down.clientX) > 3;
        if (isMoved) timeline.move(index, (event.clientX - box.left - grabbed) * perPixel);
      };
      const stop = (event) => {
        handle.removeEventListener('pointermove', move);
        handle.removeEventListener('pointerup', stop);
        handle.removeEventListener('pointercancel', stop);
        if (isMoved) timeline.changed();
        else if (event.type === 'pointerup') timeline.toggle(index);
      };
      // Each test of a drag needs the events even where the pointer has left the mark.
      handle.setPointerCapture(down.pointerId);
      handle.addEventListener('pointermove', move);
      handle.addEventListener('pointerup', stop);
      handle.addEventListener('pointercancel', stop);
    });
  };

  /** The keys of a slider, and those that fail, remove and rename a job. */
  book.pressKey = function (event, index, timeline) {
    const small = timeline.step();
    const steps = {
      ArrowLeft: -small,
      ArrowDown: -small,
      ArrowRight: small,
      ArrowUp: small,
      PageDown: -10 * small,
      PageUp: 10 * small,
      Home: -Infinity,
      End: Infinity,
    };
    const delay = timeline.jobs[index].delay_ms + steps[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) {
      timeline.move(index, event.key === 'End' ? timeline.end : delay, true);
      timeline.changed();
    } else if (event.key === 'Enter' || event.key === ' ') timeline.toggle(index);
    else if (event.key === 'Delete') timeline.remove(index);
    else if (event.key === 'F2') timeline.rename(index);
    else return;
    event.preventDefault();
    // mdBook turns the page at an arrow key.
    event.stopPropagation();
  };
})((window.book ??= {}));
