// The axis of time: how far it reaches, and its marks.
(function (book) {
  'use strict';

  /** The smallest of 1, 2, 5, 10, 20, … that is at least `least`. */
  book.roundUp = function (least, steps = [1, 2, 5]) {
    for (let tens = 1; ; tens *= 10) {
      const fitting = steps.find((step) => step * tens >= least);
      if (fitting) return fitting * tens;
    }
  };

  /** The end of an axis on which these jobs can be seen, with room to drag them further. */
  book.axisEnd = (jobs) =>
    book.roundUp(
      Math.max(5, ...jobs.map((job) => job.delay_ms)) * 1.15,
      [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
    );

  book.marks = function (end) {
    const step = book.roundUp(end / 5);
    const inSeconds = end >= 1500;
    const count = Math.floor(end / step) + 1;
    return Array.from({ length: count }, (_, index) => {
      const time = index * step;
      const unit = index < count - 1 ? '' : inSeconds ? ' s' : ' ms';
      const mark = book.element('span', {}, `${inSeconds ? time / 1000 : time}${unit}`);
      mark.style.left = `${(100 * time) / end}%`;
      return mark;
    });
  };
})((window.book ??= {}));
