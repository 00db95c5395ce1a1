/**
 * Something that has to be done at a host before its requests, in turn with them, and that takes no slot of the pool: a
 * crawl waits like this for a robots.txt, so that a host which does not answer keeps nobody else from being asked.
 */
export class Aside {
  /**
   * @param uri of the host whose turn is waited for
   * @param task a rejection of it ends the pool
   */
  constructor(
    readonly uri: string,
    readonly task: () => Promise<void>,
  ) {}
}
