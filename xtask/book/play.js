// Plays a timeline: everything that has not happened yet is hidden.
(function (book) {
  'use strict';
  const still = matchMedia('(prefers-reduced-motion: reduce)');

  /** Returns a function that stops it. `done` is called at its end. */
  book.play = function (timeline, done) {
    const { stage, panels, end } = timeline;
    const runs = panels.map((panel) => panel.run);
    const times = runs.flatMap((run) => [run.caller.at_ms, ...run.jobs.map((job) => job.end_ms)]);
    const moments = [...new Set([0, ...times])].sort((a, b) => a - b);
    const last = moments.at(-1);
    let frame = 0;
    let timer = 0;

    function show(time) {
      stage.style.setProperty('--now', Math.min(1, time / end));
      for (const { lanes, caller } of panels) {
        for (const row of [...lanes.map((lane) => lane.row), caller]) {
          row.classList.toggle('ahead', Number(row.dataset.end) > time);
        }
      }
    }
    function stop() {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      stage.classList.remove('playing');
      show(Infinity);
    }
    function finish() {
      stop();
      done();
    }

    stage.classList.add('playing');
    if (still.matches) {
      // Without motion: from one moment to the next.
      const next = () => {
        if (!moments.length) return finish();
        show(moments.shift());
        timer = setTimeout(next, 900);
      };
      next();
    } else {
      const start = performance.now();
      const draw = (now) => {
        const time = ((now - start) / 2500) * last;
        // The end stays on the screen for a moment.
        if (time > last * 1.1 || last === 0) return finish();
        show(Math.min(Math.max(time, 0), last));
        frame = requestAnimationFrame(draw);
      };
      show(0);
      frame = requestAnimationFrame(draw);
    }
    return stop;
  };
})((window.book ??= {}));
