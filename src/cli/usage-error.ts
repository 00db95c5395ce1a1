/** The command line is wrong: the message says what was given and what was expected. Ends with exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
