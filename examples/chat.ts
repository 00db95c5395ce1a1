/** A chat with a language model that answers in server-sent events: text as it comes, and a way to stop it. */
import type { Client } from 'sluice';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

interface Delta {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

/**
 * The pieces of the answer. To stop, leave the loop, or abort the signal: either ends the connection, and the model stops
 * writing (and counting).
 */
export async function* chat(
  client: Client,
  messages: readonly Message[],
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const response = await client.post('chat/completions', {
    json: { model: 'small', stream: true, messages },
    stream: true,
    // Thinking may take long, silence between two pieces not so long.
    headersTimeout: '2m',
    readTimeout: '30s',
    signal,
  });
  for await (const { data } of response.events()) {
    if (data === '[DONE]') return;
    const { choices } = JSON.parse(data) as Delta;
    const piece = choices[0]?.delta.content;
    if (piece) yield piece;
  }
}
