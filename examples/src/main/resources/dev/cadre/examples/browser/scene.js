// What an action would hit, and which risks that has: asked in a world of its own, so that a page cannot lie about it.
(function (how, x, y) {
  const risks = new Set();
  let hit = how === '' ? null : x === null ? document.activeElement : document.elementFromPoint(x, y);
  while (hit && hit.shadowRoot) {
    const inner = x === null ? hit.shadowRoot.activeElement : hit.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === hit) break;
    hit = inner;
  }
  const labelled = hit && hit.closest('label') ? hit.closest('label').control : null;
  const element = labelled || hit;

  const origin = address => { try { return new URL(address, location.href).origin; } catch (e) { return ''; } };
  const leaves = address => { if (origin(address) !== location.origin) risks.add('LEAVES_SITE'); };

  function activates() {
    const link = element.closest('a[href],area[href]');
    if (link && link.protocol !== 'javascript:') {
      if (link.hasAttribute('download')) risks.add('DOWNLOADS');
      leaves(link.href);
    }
    const button = element.closest('button,input');
    if (button && button.type === 'file') risks.add('UPLOADS');
    if (button && button.form && ['submit', 'image'].includes(button.type)) submits(button.form);
  }

  function submits(form) {
    risks.add('SUBMITS_FORM');
    leaves(form.getAttribute('action') || location.href);
  }

  const writes = () => { if (element.tagName === 'INPUT' && element.type === 'password') risks.add('SECRET'); };
  const enters = () => {
    if (element.tagName === 'INPUT' && element.form) submits(element.form);
    activates();
  };

  if (element) {
    // what is inside another document, or a closed element, cannot be seen from here
    const closed = element.tagName.includes('-') && !element.shadowRoot;
    if (closed || ['IFRAME', 'FRAME', 'OBJECT', 'EMBED'].includes(element.tagName)) risks.add('UNKNOWN');
    if (how === 'click') activates();
    if (how.startsWith('type')) writes();
    if (how === 'type+enter' && element.tagName !== 'TEXTAREA') enters();
    if (how.startsWith('press:')) {
      const keys = how.slice(6).toUpperCase().split('+');
      writes();
      if (keys.some(key => key === 'ENTER' || key === 'RETURN') && element.tagName !== 'TEXTAREA') enters();
      if (keys.includes('SPACE') || keys.includes(' ')) activates();
    }
  }

  const name = element && (element.getAttribute('aria-label') || element.name || element.textContent || '').trim();
  return {
    address: location.href,
    title: document.title.slice(0, 200),
    target: element ? element.tagName.toLowerCase() + ' "' + name.slice(0, 80) + '"' : '',
    risks: [...risks],
  };
})
