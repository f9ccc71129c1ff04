// A recorded timeline: runs of a program for a small grid of settings. The reader changes a setting, and
// sees the run that was recorded for it. In the figure: `<script type="application/json">`.
(function (book) {
  'use strict';
  const { element } = book;

  /** How the runs of a program are drawn, by the name of the program. */
  book.pictures = {};

  const expand = ({ timeline, ...settings }) => ({
    settings,
    caller: timeline.caller,
    jobs: timeline.jobs.map(([name, start_ms, end_ms, outcome = 'completed', error = null]) => ({
      name,
      start_ms,
      end_ms,
      outcome,
      error,
    })),
  });

  book.Recorded = class extends book.Figure {
    constructor(figure, number) {
      super(figure, `recorded-${number}`);
      const { name, command, runs } = JSON.parse(figure.querySelector('script').textContent);
      this.command.textContent = command;
      this.picture = book.pictures[name];
      this.runs = runs.map(expand);
      this.given = this.runs[0].settings;
      this.settings = { ...this.given };
      // One axis for all runs, so that they can be compared.
      const times = this.runs.flatMap((run) => [run.caller.at_ms, run.settings[this.picture.time]]);
      this.end = Math.max(...times) * 1.05;
      this.panels = [book.makeRecordedPanel(this)];
      this.stage.append(this.panels[0].panel);
      this.fill(this.tools(), this.picture.help);
      this.update();
      this.restoreAddress();
      book.coverAsAsked(this);
    }

    /** A button for each value of a setting. A setting that is on or off has one button. */
    tools() {
      this.choices = [];
      const choice = (key, value, text, set) => {
        const kind = value === true ? 'switch' : null;
        const button = element(
          'button',
          { type: 'button', class: kind, 'data-setting': key, onclick: set },
          text,
        );
        this.choices.push({ button, key, value });
        return button;
      };
      const groups = Object.entries(this.picture.settings).map(([key, label]) => {
        const isSwitch = typeof this.given[key] === 'boolean';
        const buttons = isSwitch
          ? [choice(key, true, label, () => this.set(key, !this.settings[key]))]
          : this.values(key).map((value) => choice(key, value, value, () => this.set(key, value)));
        const caption = isSwitch ? [] : [element('span', { 'aria-hidden': 'true' }, label)];
        return element('div', { class: 'modes', role: 'group', 'aria-label': label }, ...caption, ...buttons);
      });
      return element(
        'div',
        { class: 'tools' },
        ...groups,
        book.button('Play', 'Play it from the start', () => this.play(), 'play'),
        book.button('Reset', 'As the page has it', () => this.reset(), 'reset'),
        book.button('Predict', 'Cover it, and say what will happen', () => book.toggleCover(this), 'cover'),
      );
    }

    /** The values of a setting for which there are runs. */
    values(key) {
      return [...new Set(this.runs.map((run) => run.settings[key]))].sort((a, b) => a - b);
    }

    /** The run that was recorded for the settings, some of which may be others. */
    find(others = {}) {
      const wanted = Object.entries({ ...this.settings, ...others });
      return this.runs.find(({ settings }) => wanted.every(([key, value]) => settings[key] === value));
    }

    update() {
      this.panels[0].update(this.find());
      for (const { button, key, value } of this.choices) {
        button.setAttribute('aria-pressed', String(this.settings[key] === value));
      }
      book.drawGuesses(this);
    }

    changed() {
      book.writeAddress(this.id, Object.entries(this.settings));
      this.say();
    }

    set(key, value) {
      this.stopPlaying();
      this.settings[key] = value;
      this.update();
      this.changed();
    }

    /** To the nearest time for which there is a run. */
    move(time) {
      const distance = (value) => Math.abs(value - time);
      const near = (a, b) => (distance(b) < distance(a) ? b : a);
      this.settings[this.picture.time] = this.values(this.picture.time).reduce(near);
      this.update();
    }

    moveBy(steps) {
      const values = this.values(this.picture.time);
      const index = values.indexOf(this.settings[this.picture.time]) + steps;
      this.set(this.picture.time, values[Math.max(0, Math.min(index, values.length - 1))]);
    }

    say(first = '') {
      const { summary } = this.picture;
      this.announce(() => [first, this.isCovered ? '' : summary(this.find(), this)].join(' '));
    }

    reset() {
      this.stopPlaying();
      this.settings = { ...this.given };
      this.update();
      book.clearAddress();
      this.say();
    }

    restoreAddress() {
      const state = book.readAddress(this.id);
      if (!state) return;
      const wanted = (key) => state.get(key) ?? String(this.given[key]);
      const run = this.runs.find(({ settings }) =>
        Object.entries(settings).every(([key, value]) => String(value) === wanted(key)),
      );
      if (!run) return;
      this.settings = { ...run.settings };
      this.update();
    }
  };
})((window.book ??= {}));
