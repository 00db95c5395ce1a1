/** A page that is to be fetched. */
import type { PageLine } from './page-line.ts';

export interface Visit {
  readonly url: string;
  readonly from: string | null;
  readonly depth: number;
  /** The redirects that led here. */
  readonly via: readonly string[];
  /** One of these redirects set a cookie: what they lead back to may answer otherwise now. */
  readonly hasCookie?: boolean;
}

/** Where the redirect of a line leads. It is no further away than what it redirects. */
export function redirectOf(line: PageLine): Visit | undefined {
  if (line.location === undefined || line.error !== null) return undefined;
  return { url: line.location, from: line.url, depth: line.depth, via: [...(line.via ?? []), line.url] };
}

/** Whether a page is asked once more, because a redirect that set a cookie led back to it. */
export function isRepeated({ url, via = [] }: { readonly url: string; readonly via?: readonly string[] }): boolean {
  return via.includes(url);
}
