/** All items of a list that comes in pages, one by one: by `Link`, by a cursor in the body, by page numbers. */
import type { Client, HttpResponse } from 'sluice';

export interface Item {
  readonly id: number;
}

/** `Link: <...>; rel="next"` and a JSON list need no settings. */
export function byLink(client: Client): AsyncIterable<Item> {
  return client.paginate<Item>('by-link');
}

interface CursorPage {
  readonly data: readonly Item[];
  readonly next_cursor: string | null;
}

/** A page is read twice here, which costs nothing: its body is in memory. */
export function byCursor(client: Client): AsyncIterable<Item> {
  return client.paginate<Item>('by-cursor', {
    query: { limit: 2 },
    items: async (response) => (await response.json<CursorPage>()).data,
    next: async (response) => {
      const { next_cursor: cursor } = await response.json<CursorPage>();
      return cursor === null ? undefined : { query: { limit: 2, cursor } };
    },
  });
}

/** Page numbers end with an empty page. `maxPages` is for a server that never ends. */
export function byNumber(client: Client): AsyncIterable<Item> {
  const after = async (response: HttpResponse) => {
    const page = Number(new URL(response.url).searchParams.get('page'));
    return (await response.json<Item[]>()).length === 0 ? undefined : { query: { page: page + 1 } };
  };
  return client.paginate<Item>('by-number', { query: { page: 1 }, next: after, maxPages: 1000 });
}
