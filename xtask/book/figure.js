// What live figures share: the parts around the panels, playing, and words for a screen reader.
(function (book) {
  'use strict';
  const { element } = book;

  book.button = (text, title, onclick, name) =>
    element('button', { type: 'button', title, onclick, class: name }, text);

  book.Figure = class {
    constructor(figure, id) {
      this.figure = figure;
      this.id = figure.id = id;
      this.stage = element('div', { class: 'panels' });
      this.guesses = element('div', { class: 'guesses' });
      this.command = element('code', { tabindex: 0, class: 'nohighlight' });
      this.said = element('p', { class: 'said', role: 'status' });
      this.isCovered = false;
      this.stopPlaying = () => {};
    }

    /** Replaces the text for readers without JavaScript. */
    fill(tools, help, ...more) {
      const caption = makeCaption(help, this.command);
      this.figure.replaceChildren(tools, this.stage, this.guesses, ...more, caption, this.said);
      this.figure.classList.add('live');
    }

    play() {
      this.stopPlaying();
      this.stopPlaying = book.play(this, () => this.say());
    }

    /** A held key makes many changes. The words for the last of them are enough. */
    announce(words) {
      clearTimeout(this.saying);
      this.saying = setTimeout(() => (this.said.textContent = words()), 300);
    }
  };

  /** Help, and a command with a button that copies it. */
  function makeCaption(help, command) {
    const copy = book.button('Copy', 'Copy the command', copyCommand, 'copy');
    async function copyCommand() {
      // A page that was opened as a file may not be allowed to write the clipboard.
      const isCopied = await navigator.clipboard?.writeText(command.textContent).then(
        () => true,
        () => false,
      );
      if (!isCopied) getSelection().selectAllChildren(command);
      copy.textContent = isCopied ? 'Copied' : 'Selected';
      setTimeout(() => (copy.textContent = 'Copy'), 1500);
    }
    return element(
      'figcaption',
      {},
      element('p', { class: 'help' }, help),
      element('div', { class: 'command' }, command, copy),
    );
  }
})((window.book ??= {}));
