/** `npm start`: the tour, then the crawl, in one process that loads the client once. */

for (const part of ['./tour.ts', './crawl-docs.ts']) await import(part);

export {};
