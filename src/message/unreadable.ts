/** Why a body cannot be read: it went to a sink, or it was a stream that has been read. */
export function whyUnreadable(sink: unknown): { readonly fact: string; readonly code: string } {
  if (sink === undefined) {
    const fact = 'the body is a stream that was already read; leave out the stream option to read it again';
    return { fact, code: 'ERR_BODY_USED' };
  }
  const where = typeof sink === 'string' ? sink : 'the stream that was given';
  return { fact: `the body went to the sink (${where}); read it there`, code: 'ERR_BODY_SINK' };
}
