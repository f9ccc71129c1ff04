// What the figures share: buttons, a caption with a command, and words for a screen reader.
(function (book) {
  'use strict';
  const { element } = book;

  book.button = (text, title, onclick, name) =>
    element('button', { type: 'button', title, onclick, class: name }, text);

  /** Help, and a command with a button that copies it. */
  book.caption = function (help, command) {
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
  };

  /** A held key makes many changes. The text for the last of them is enough. */
  book.say = function (region, text) {
    clearTimeout(region.timer);
    region.timer = setTimeout(() => (region.textContent = text()), 300);
  };
})((window.book ??= {}));
