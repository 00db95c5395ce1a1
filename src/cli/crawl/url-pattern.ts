/** The patterns of `--include` and `--exclude`, as pure functions: `/path*`, `host`, `*.host/path$`. */
import { matchesTarget, robotsPattern, robotsTarget } from '../../crawl/robots-pattern.ts';

export type UrlMatcher = (url: URL) => boolean;

/** `*.pdf` is about a path, `*.a.example` about hosts. */
const PATTERN = /^(?:(\*\.(?=[^/]*\.))?([^\s/?#@*:$]+)(?::(\d{1,5}))?)?(\/\S*)?$/;

/** Whether the text is one. */
export function isUrlPattern(text: string): boolean {
  return text !== '' && !/\s/.test(text) && (text.startsWith('*') || PATTERN.test(text));
}

/**
 * A path fits what begins with it, `*` stands for anything and `$` for the end, as in robots.txt; before it may stand a
 * host, with `*.` for it and all below it. Without a host the pattern is of every one.
 */
export function urlMatcher(text: string): UrlMatcher {
  const [, below, name, port, path] = PATTERN.exec(text) ?? [];
  const pattern = robotsPattern(path ?? (name === undefined ? text : '/'));
  const host = name?.toLowerCase();
  return (url) => {
    if (host !== undefined && url.hostname !== host && !(below && url.hostname.endsWith(`.${host}`))) return false;
    if (port !== undefined && (url.port || (url.protocol === 'https:' ? '443' : '80')) !== port) return false;
    return matchesTarget(pattern, robotsTarget(url));
  };
}
