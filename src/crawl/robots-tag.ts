/** The rules of `<meta name="robots">` and `X-Robots-Tag`, as a pure function: both say the same in the same words. */

/** The rules that ask to follow no link; `none` is `noindex, nofollow`. */
const NO_FOLLOW = new Set(['nofollow', 'none']);

/**
 * Whether the page asks that none of its links be followed. `max-image-preview:none` has a value and is another rule;
 * what stands behind the name of some crawler (`otherbot: nofollow`) is for that one.
 * @param rules the content of the element, or the values of the header joined by commas
 * @param agent our product token
 */
export function forbidsFollowing(rules: string, agent: string): boolean {
  let isForUs = true;
  for (const part of rules.toLowerCase().split(',')) {
    const colon = part.indexOf(':');
    const name = colon === -1 ? '' : part.slice(0, colon).trim();
    const value = part.slice(colon + 1).trim();
    if (isValued(name)) continue;
    // A name holds for what follows it, as it does in lists that servers join.
    if (colon !== -1) isForUs = name === agent.toLowerCase();
    if (isForUs && value.split(/\s+/).some((rule) => NO_FOLLOW.has(rule))) return true;
  }
  return false;
}

function isValued(name: string): boolean {
  return name.startsWith('max-') || name === 'unavailable_after';
}
