// `?slides` shows a chapter for a projector: a section a screen. What does not fit is split.
(function (book) {
  'use strict';
  const { element } = book;
  const asked = new URLSearchParams(location.search);
  const PLACE = `slide of ${location.pathname}`;

  /** The second half of a list, a table or a block of code, from the first part that does not fit. */
  function split(block, limit) {
    if (!block.matches('pre')) {
      const parts = [...block.querySelectorAll(':scope > li, tbody > tr')];
      const rest = block.cloneNode(true);
      const home = rest.querySelector('tbody') ?? rest;
      home.replaceChildren();
      const overflows = () => block.parentElement.getBoundingClientRect().bottom > limit;
      // Row by row: without a row, the columns of a table have other widths.
      while (overflows() && parts.length > 1) home.prepend(parts.pop());
      if (block.matches('ol')) rest.start = block.start + parts.length;
      return home.childElementCount ? rest : null;
    }
    const code = block.querySelector('code');
    const lines = code.textContent.split('\n').length;
    const height = code.getBoundingClientRect().height / lines;
    const fitting = Math.floor((limit - code.getBoundingClientRect().top) / height) - 1;
    if (fitting < 3 || fitting >= lines - 1) return null;
    const range = document.createRange();
    const [node, offset] = endOfLine(code, fitting);
    range.setStart(node, offset);
    range.setEndAfter(code.lastChild);
    const rest = block.cloneNode(true);
    // A range may end within the colours of a comment. It is cut there, and both parts keep it.
    rest.querySelector('code').replaceChildren(range.extractContents());
    return rest;
  }

  function endOfLine(code, line) {
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (let at = node.data.indexOf('\n'); at >= 0; at = node.data.indexOf('\n', at + 1)) {
        line -= 1;
        if (line === 0) return [node, at + 1];
      }
    }
    return [code, code.childNodes.length];
  }

  const isHeading = (block) => block.matches('h1, h2, h3, h4, .continued');

  /** Fills slides with these blocks. Each is in the document, so that its size is known. */
  function fill(main, blocks, limit) {
    const slides = [];
    const begin = (...first) => {
      slides.at(-1)?.classList.remove('here');
      slides.push(element('section', { class: 'slide here' }, ...first));
      main.append(slides.at(-1));
    };
    let heading = null;
    for (let block of blocks) {
      if (/^H[12]$/.test(block.tagName)) {
        heading = block;
        begin(block);
        continue;
      }
      for (;;) {
        if (!slides.length) begin();
        const slide = slides.at(-1);
        slide.append(block);
        if (slide.getBoundingClientRect().bottom <= limit) break;
        const rest = block.matches('pre, ul, ol, table, div.table-wrapper') ? split(block, limit) : null;
        const isAlone = [...slide.children].every((child) => child === block || isHeading(child));
        if (!rest && isAlone) {
          // It cannot be split and has a screen of its own already.
          for (let zoom = 1; zoom > 0.3 && slide.getBoundingClientRect().bottom > limit; zoom -= 0.05) {
            block.style.zoom = zoom;
          }
          break;
        }
        // A short heading does not stay behind alone.
        const last = slide.children[slide.children.length - 2];
        const carried = !rest && last.matches('h3, h4') ? [last] : [];
        begin(element('p', { class: 'continued' }, heading ? heading.textContent : ''), ...carried);
        if (rest) block = rest;
      }
    }
    return slides;
  }

  function start() {
    const root = document.documentElement;
    const main = document.querySelector('main');
    root.classList.add('slides');
    const blocks = [...main.children];
    const teacher = blocks.findIndex(
      (block) => block.matches('h2') && /for the teacher/i.test(block.textContent),
    );
    const behind = blocks.findIndex((block, index) => index > teacher && block.matches('h2'));
    const notes = element('aside', { class: 'notes', hidden: true, 'aria-label': 'Notes' });
    if (teacher >= 0)
      notes.append(...blocks.splice(teacher, (behind < 0 ? blocks.length : behind) - teacher));
    main.replaceChildren();
    const limit = innerHeight - 50;
    const slides = fill(main, blocks, limit);
    const count = element('p', { class: 'count', 'aria-live': 'polite' });
    main.append(count, notes);

    let here = 0;
    function show(number) {
      here = Math.max(0, Math.min(number, slides.length - 1));
      slides.forEach((slide, index) => slide.classList.toggle('here', index === here));
      count.textContent = `${here + 1} / ${slides.length}`;
      scrollTo(0, 0);
    }
    const chapter = (rel) => {
      const link = document.querySelector(`a[rel~="${rel}"]`);
      if (link) location.href = `${link.href}?slides`;
    };
    const keys = {
      ArrowRight: () => (here + 1 < slides.length ? show(here + 1) : chapter('next')),
      ArrowLeft: () => (here > 0 ? show(here - 1) : chapter('prev')),
      Home: () => show(0),
      End: () => show(slides.length - 1),
      n: () => (notes.hidden = !notes.hidden || !notes.childElementCount),
      Escape: () => (location.href = location.pathname),
    };
    keys.PageDown = keys[' '] = keys.ArrowRight;
    keys.PageUp = keys.ArrowLeft;
    // Before mdBook's own keys, which turn the page. A slider and a field keep their keys.
    document.addEventListener(
      'keydown',
      (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.target.closest('[role=slider], input, select, textarea')) return;
        if (event.key === ' ' && event.target.closest('button, summary, a')) return;
        if (!keys[event.key]) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        keys[event.key]();
      },
      true,
    );
    // Another size, as in full screen, needs other slides. The place is kept for that one load.
    const width = innerWidth;
    let timer = 0;
    addEventListener('resize', () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (innerWidth === width) return;
        sessionStorage.setItem(PLACE, here);
        location.reload();
      }, 500);
    });
    show(Number(sessionStorage.getItem(PLACE) ?? 0));
    sessionStorage.removeItem(PLACE);
  }

  book.offerSlides = function () {
    const buttons = document.querySelector('.right-buttons');
    const link = (search, text, title) => element('a', { href: search, class: 'book-mode', title }, text);
    buttons?.prepend(link('?slides', 'Slides', 'A section a screen; n shows the notes, Escape ends it'));
    if (book.timelines.length) {
      // The link leads back from the covered page.
      buttons?.prepend(
        link(
          asked.has('predict') ? location.pathname : '?predict',
          'Predict',
          'Cover the timelines, and say what will happen',
        ),
      );
    }
    // Behind the fonts and the colours of the code, which change the heights.
    if (asked.has('slides')) document.fonts.ready.then(start);
  };
})((window.book ??= {}));
