// The jobs as a form: names, times, errors. Everything in it works without a pointer.
(function (book) {
  'use strict';
  const { element } = book;

  book.makeEditor = function (timeline) {
    const rows = timeline.jobs.map((job, index) => {
      const input = (label, attributes, change) =>
        element('input', {
          'aria-label': `${label} of job ${index + 1}`,
          oninput: ({ target }) => {
            target.setCustomValidity(change(target) ?? '');
            target.reportValidity();
          },
          onchange: () => timeline.changed(),
          ...attributes,
        });
      const name = input('Name', { value: job.name, maxlength: 30, class: 'job-name' }, ({ value }) => {
        const others = timeline.jobs.filter((other) => other !== job);
        if (!value.trim() || value.includes('=')) return 'A name must not be empty, and must not contain =';
        if (others.some((other) => other.name === value)) return 'Another job has this name';
        if (job.fail === book.defaultMessage(job.name)) job.fail = book.defaultMessage(value);
        job.name = value;
        timeline.build(false);
      });
      const time = input(
        'Milliseconds',
        { type: 'number', min: 0, max: book.maxDelay, step: 1, value: job.delay_ms },
        ({ value, validity }) => {
          if (value === '' || !validity.valid) return;
          timeline.move(index, Number(value), true);
        },
      );
      const fails = element('input', { type: 'checkbox', onchange: () => timeline.toggle(index) });
      const error = input(
        'Error',
        { maxlength: 60, class: 'job-error', placeholder: 'completes' },
        ({ value }) => {
          job.fail = value === '' ? null : value;
          timeline.update();
        },
      );
      const remove = element(
        'button',
        {
          type: 'button',
          class: 'remove',
          'aria-label': `Remove job ${index + 1}`,
          onclick: () => timeline.remove(index),
        },
        '×',
      );
      const label = element('label', {}, fails, ' fails');
      return {
        row: element('div', { class: 'job' }, name, time, element('span', {}, 'ms'), label, error, remove),
        name,
        time,
        fails,
        error,
      };
    });
    return {
      rows,
      element: element('div', { class: 'jobs' }, ...rows.map(({ row }) => row)),
      /** Another control has changed the jobs. The field that is being typed in stays as it is. */
      update() {
        rows.forEach(({ name, time, fails, error }, index) => {
          const job = timeline.jobs[index];
          const values = [
            [name, job.name],
            [time, String(job.delay_ms)],
            [error, job.fail ?? ''],
          ];
          for (const [field, value] of values) if (field !== document.activeElement) field.value = value;
          fails.checked = job.fail !== null;
        });
      },
    };
  };
})((window.book ??= {}));
