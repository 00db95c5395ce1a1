/** Stands in the place of `cookie-jar.ts` in the build for browsers, which show a page no cookie to keep. */

const FACT = "a browser keeps its cookies to itself: leave out `cookies`, and set credentials: 'include' to send them";

export class CookieJar {
  constructor() {
    throw new TypeError(FACT);
  }

  static fromJSON(): never {
    throw new TypeError(FACT);
  }
}
