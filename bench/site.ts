/** What the server serves, known to both sides. */
export const SMALL = {
  id: 12_345,
  name: 'Ada Lovelace',
  email: 'ada@example.test',
  tags: ['a', 'b', 'c'],
  active: true,
};
export const LARGE_BYTES = 65_536;
export const DOWNLOAD_BYTES = 256 * 1024 * 1024;

export interface Origins {
  readonly http: string;
  readonly https: string;
}
