// A live timeline: `<figure class="timeline" data-timeline='{"jobs":[…],"modes":[…]}'>`. The text in the
// figure is what readers without JavaScript see.
(function (book) {
  'use strict';
  const { element } = book;
  const MAX_JOBS = 12;

  book.Timeline = class extends book.Figure {
    constructor(figure, number) {
      super(figure, `timeline-${number}`);
      this.given = JSON.parse(figure.dataset.timeline);
      this.edit = element('details', { class: 'edit' });
      const help =
        'Drag the end of a job. Press it, or its name, and the job fails. Keys: arrows, Enter, Delete, F2.';
      this.fill(this.tools(), help, this.edit);
      this.restore(book.readJobs(this.id) ?? this.given);
      book.coverAsAsked(this);
    }

    /** Buttons for the modes, and for what can be done. */
    tools() {
      const { button } = book;
      this.modeButtons = Object.entries(book.titles).map(([mode, title]) =>
        element('button', { type: 'button', onclick: () => this.toggleMode(mode), 'data-mode': mode }, title),
      );
      return element(
        'div',
        { class: 'tools' },
        element('div', { class: 'modes', role: 'group', 'aria-label': 'Modes' }, ...this.modeButtons),
        button('Play', 'Play it from the start', () => this.play(), 'play'),
        button('Add job', 'Add a job', () => this.add(), 'add'),
        button('Reset', 'As the page has it', () => this.reset(), 'reset'),
        button('Predict', 'Cover it, and say what will happen', () => book.toggleCover(this), 'cover'),
      );
    }

    restore({ jobs, modes }) {
      this.jobs = structuredClone(jobs);
      this.modes = new Set(modes.length ? modes : Object.keys(book.titles));
      this.end = book.axisEnd(this.jobs);
      this.build();
    }

    restoreAddress() {
      const state = book.readJobs(this.id);
      if (state) this.restore(state);
    }

    /** Makes the panels and the form anew: the number of jobs, their names, or the modes have changed. */
    build(withEditor = true) {
      this.stopPlaying();
      const modes = Object.keys(book.titles).filter((mode) => this.modes.has(mode));
      this.panels = modes.map((mode, place) => book.makePanel(mode, this, place === 0));
      this.stage.replaceChildren(...this.panels.map(({ panel }) => panel));
      this.stage.dataset.count = this.panels.length;
      for (const button of this.modeButtons) {
        button.setAttribute('aria-pressed', String(this.modes.has(button.dataset.mode)));
      }
      if (withEditor) {
        this.editor = book.makeEditor(this);
        this.edit.replaceChildren(element('summary', {}, 'Names, times and errors'), this.editor.element);
      }
      this.update();
    }

    update() {
      for (const panel of this.panels) panel.update(this.end);
      this.editor.update();
      this.command.textContent = book.command(this.jobs);
      book.drawGuesses(this);
    }

    /** A change is complete, unlike each step of a drag: note it in the address, and say it. */
    changed() {
      this.end = book.axisEnd(this.jobs);
      this.update();
      book.writeJobs(this.id, this.jobs, [...this.modes]);
      this.say();
    }

    say(first = '') {
      this.announce(() => {
        const plans = this.jobs.map(
          (job) => `${job.name} ${book.plan(job)} at ${book.duration(job.delay_ms)}`,
        );
        const runs = this.panels.map(({ run }) => book.sentence(run));
        return [first, ...(this.isCovered ? plans : runs)].join(' ');
      });
    }

    /** The step of the arrow keys and of a drag. */
    step() {
      return book.roundUp(this.end / 100);
    }

    move(index, delay, isExact = false) {
      const step = isExact ? 1 : this.step();
      const most = isExact ? book.maxDelay : this.end;
      const rounded = Math.round(Math.min(delay, most) / step) * step;
      this.jobs[index].delay_ms = Math.max(0, Math.min(rounded, most));
      this.update();
    }

    /** A key moves by the exact step. The end is that of the axis. */
    moveBy(index, steps) {
      const time = this.jobs[index].delay_ms + steps * this.step();
      this.move(index, steps === Infinity ? this.end : time, true);
      this.changed();
    }

    toggle(index) {
      const job = this.jobs[index];
      const given = this.given.jobs.find(({ name }) => name === job.name);
      job.fail = job.fail === null ? (given?.fail ?? book.defaultMessage(job.name)) : null;
      this.changed();
    }

    toggleMode(mode) {
      if (this.modes.has(mode) && this.modes.size > 1) this.modes.delete(mode);
      else this.modes.add(mode);
      this.build();
      this.changed();
    }

    add() {
      if (this.jobs.length >= MAX_JOBS) return;
      let number = this.jobs.length + 1;
      while (this.jobs.some(({ name }) => name === `job_${number}`)) number += 1;
      const delay_ms = Math.round(this.end / 2 / this.step()) * this.step();
      this.jobs.push({ name: `job_${number}`, delay_ms, fail: null });
      this.build();
      this.changed();
      this.panels[0].lanes.at(-1).handle.focus();
    }

    remove(index) {
      if (this.jobs.length < 2) return;
      this.jobs.splice(index, 1);
      this.build();
      this.changed();
      this.panels[0].lanes[Math.min(index, this.jobs.length - 1)].handle.focus();
    }

    rename(index) {
      this.edit.open = true;
      this.editor.rows[index].name.select();
    }

    reset() {
      this.restore(this.given);
      book.clearAddress();
      this.say();
    }
  };
})((window.book ??= {}));
