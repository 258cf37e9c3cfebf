// Lets an event of the pointer or the keyboard pass only if what it hits is what was approved: judged while the event is
// dispatched, so nothing can change in between. First of all listeners, because it is there before any script of the page;
// in a world of its own. Where nothing is approved, as in a document that has only just come, nothing passes; nor what cannot
// be judged, because judging throws. A text after which its field is one for a secret is taken back, before the page hears of it.
globalThis[Symbol.for('cadre.guard')] ??= (function () {
  const scene = globalThis[Symbol.for('cadre.scene')];
  const unjudged = {target: 'something that cannot be judged', risks: ['UNKNOWN']};
  const types = ['pointerdown', 'mousedown', 'mouseup', 'click', 'auxclick', 'dblclick', 'contextmenu', 'dragstart', 'drop', 'keydown', 'keypress', 'beforeinput', 'input'];
  let approved = null;
  let seen = false;
  let refused = null;
  let written = null; // the field or editor that a text goes into, and how it is taken back
  let isTakingBack = false;
  let handedTo = null; // the control to which the label that is pressed hands its click on

  const howOf = event => (event.altKey ? 'alt+' : '') + mannerOf(event);

  function mannerOf(event) {
    if (event.type === 'beforeinput') return 'type';
    if (event.type === 'drop') return 'drop';
    if (event.type.startsWith('key')) return event.key === 'Enter' ? 'press+enter' : event.key === ' ' ? 'press+space' : 'press';
    // a button that goes down or up where another action ends is no click yet
    return approved.how === 'drag' && !event.type.endsWith('click') ? 'drag' : 'click';
  }

  // whether a text was shown as this one: characters that do not show themselves were replaced
  function wasShown(text, shown) {
    const was = [...shown];
    const is = [...text];
    return was.length === is.length && was.every((c, i) => c === is[i] || c === '\ufffd' || (c === ' ' && /[\s\p{Cc}]/u.test(is[i])));
  }

  // whether an event has to hit what was approved by name, too, and not only risk no more
  function isNamed(event) {
    if (approved.target === null) return false;
    // no pointer hits where a key or a label sends a click
    if (event.type === 'click' && (event.detail === 0 || event.composedPath()[0] === handedTo)) return false;
    return approved.how !== 'drag' || event.type.endsWith('down'); // a drag ends elsewhere
  }

  // what a drag begins at is named first
  function isTarget(text) {
    const shown = [...approved.target];
    const {length} = [...text];
    const more = shown.slice(length).join('');
    return wasShown(text, shown.slice(0, length).join('')) && (more === '' || (approved.how === 'drag' && more.startsWith('; ')));
  }

  function isApproved(now, event) {
    return now.risks.every(risk => approved.risks.includes(risk))
      && (!isNamed(event) || (isTarget(now.target) && wasShown(now.address, approved.address)));
  }

  // null if the event may pass, and otherwise what it would do
  function against(event) {
    const hit = event.composedPath()[0];
    const target = scene.isArea(hit) ? scene.hitIn(document, event.clientX, event.clientY) : hit;
    const element = scene.isElement(target) ? target : scene.root();
    const now = scene.judge(howOf(event), element, null);
    if (!isApproved(now, event)) return now;
    if (event.type === 'pointerdown') handedTo = element && scene.controlOf(element);
    if (event.type === 'beforeinput') written = {element, takeBack: scene.keep(element)};
    return null;
  }

  function judge(event) {
    if (!event.isTrusted) return;
    seen = true;
    let isAllowed = false; // whatever is thrown below
    try {
      if (approved && !refused) {
        refused = unjudged;
        refused = against(event);
        isAllowed = refused === null;
      }
    } finally {
      if (!isAllowed) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    }
  }

  // a style may mask what is not empty, or valid: then the text is taken back, and the field is known from then on
  function look(event) {
    const {element, takeBack} = written;
    refused = unjudged;
    try {
      const now = scene.judge('type', element, null);
      refused = now.risks.every(risk => approved.risks.includes(risk)) ? null : now;
    } finally {
      if (refused) {
        globalThis[Symbol.for('cadre.passwords')].add(element);
        event.stopImmediatePropagation();
        isTakingBack = true;
        try {
          takeBack();
        } finally {
          isTakingBack = false;
        }
      }
    }
  }

  function hear(event) {
    if (isTakingBack) event.stopImmediatePropagation();
    else if (event.type !== 'input') judge(event);
    else if (approved && !refused && written && event.isTrusted && event.composedPath()[0] === written.element) look(event);
  }

  function close() {
    approved = null;
    return {refused};
  }

  // a page that opens its document anew takes all listeners away
  function listen() {
    if (window !== top) return; // what goes into a frame was approved as unknown, or is not seen here
    types.forEach(type => addEventListener(type, hear, true));
    addEventListener('pagehide', close, true);
  }

  listen();
  return {
    // one part of an action may come; target: null if it may hit something else than the action began with
    open(part) {
      listen();
      approved = part;
      seen = false;
      refused = null;
      written = null;
      handedTo = null;
    },
    close,
    isSeen: () => seen,
  };
})();
