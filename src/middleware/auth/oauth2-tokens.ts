/** The token that all calls of an `oauth2` flow share, and the one refresh that all of them wait for. */

import { type Clock, startTimer, wallClockBy } from '../../time/clock.ts';
import { guarded } from '../../time/guarded-clock.ts';
import {
  type OAuth2Token,
  type OAuth2TokenInit,
  type ReadToken,
  readToken,
  type Span,
  spanOf,
} from './oauth2-policy.ts';

/**
 * Gives another token.
 * @param token the one before, if there was one; its `refresh_token` is the last that was given
 */
export type RefreshToken = (
  token: OAuth2Token | undefined,
  context: { readonly signal: AbortSignal },
) => OAuth2TokenInit | Promise<OAuth2TokenInit>;

/** The settings of `oauth2` that decide when and how a token is renewed. */
export interface TokenRules {
  readonly refresh: RefreshToken;
  /** Milliseconds. */
  readonly early: number;
  /** Milliseconds that `refresh` may take; 0 for any time. */
  readonly timeout: number;
}

/** A token in use, whose times are of the clock that was there when it came. */
export interface HeldToken extends ReadToken, Span {
  readonly clock: Clock;
}

/** That no token came, for each of those who waited to make an error of their own. */
export class NoToken {
  constructor(
    readonly fact: string,
    readonly cause?: unknown,
    /** What the cause may have repeated. */
    readonly before?: HeldToken | undefined,
  ) {}
}

/**
 * One for each `oauth2` flow. However many calls need a new token, `refresh` runs once, and all of them get what it
 * gives.
 */
export class OAuth2Tokens {
  readonly #rules: TokenRules;
  /** The option `token`, until the first call brings a clock to count its time. */
  #first: ReadToken | undefined;
  /** The token in use. */
  #held: HeldToken | undefined;
  /** The server has refused the token in use. */
  #isRefused = false;
  /** The refresh under way, shared by all who wait. */
  #refreshing: Promise<HeldToken> | undefined;

  constructor(rules: TokenRules, first: ReadToken | undefined) {
    this.#rules = rules;
    this.#first = first;
  }

  /** The token to send at once; `undefined` when another one has to be waited for. */
  ready(clock: Clock): HeldToken | undefined {
    if (this.#first !== undefined) {
      this.#held = this.#hold(this.#first, clock, false);
      this.#first = undefined;
    }
    const held = this.#held;
    if (held === undefined || this.#isRefused || timeAt(held) >= held.dueAt) return undefined;
    return held;
  }

  /** Another token, by the refresh that is under way or by one that begins now. @throws NoToken */
  renew(clock: Clock): Promise<HeldToken> {
    this.#refreshing ??= this.#refresh(clock).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** What takes the place of a token that the server has refused, which may have come meanwhile. @throws NoToken */
  async instead(refused: HeldToken, clock: Clock): Promise<HeldToken> {
    this.refuse(refused);
    return this.ready(clock) ?? this.renew(clock);
  }

  /** The server has refused this token: the next call gets another one. */
  refuse(token: HeldToken): void {
    if (this.#held === token) this.#isRefused = true;
  }

  /** Asks for a token and keeps it. A refresh that fails before the old token has ended leaves that one in use. */
  async #refresh(clock: Clock): Promise<HeldToken> {
    const before = this.#held;
    try {
      const given = await this.#asked(before?.token, clock);
      this.#held = this.#hold(readToken(given, 'what oauth2.refresh gave', before?.token), clock, true);
      this.#isRefused = false;
      return this.#held;
    } catch (cause) {
      // It was asked for early: what is there is good until its end.
      if (before !== undefined && !this.#isRefused && timeAt(before) < before.endsAt) return before;
      throw cause instanceof NoToken ? cause : new NoToken('oauth2.refresh failed', cause, before);
    }
  }

  /** @throws NoToken when it takes too long; what `refresh` throws */
  #asked(token: OAuth2Token | undefined, clock: Clock): Promise<OAuth2TokenInit> {
    const { refresh, timeout } = this.#rules;
    const controller = new AbortController();
    return new Promise<OAuth2TokenInit>((resolve, reject) => {
      const late = () => {
        const fact =
          `oauth2.refresh gave no token within ${timeout} ms (oauth2.timeout); ` +
          'does it ask through a client with this same auth? Give that call auth: null';
        reject(new NoToken(fact));
        controller.abort(new DOMException(fact, 'TimeoutError'));
      };
      // It holds the process: those who wait may have nothing else that does.
      const broke = (cause: unknown) => {
        reject(new NoToken('the clock of a call failed while oauth2.refresh was waited for', cause));
        controller.abort(cause);
      };
      const stop = timeout === 0 ? undefined : startTimer(guarded(clock, { abort: broke }), timeout, late);
      Promise.resolve()
        .then(() => refresh(token, { signal: controller.signal }))
        .finally(() => stop?.())
        .then(resolve, reject);
    });
  }

  /** The token with its times: when it ends, and when a new one is due. */
  #hold(read: ReadToken, clock: Clock, isFresh: boolean): HeldToken {
    const times = { now: clock.now(), wallNow: wallClockBy(clock) };
    return { ...read, ...spanOf(read, times, this.#rules.early, isFresh), clock };
  }
}

/** Now, by the clock of the call that brought the token. One that fails is no reason for another call to: it is over. */
function timeAt({ clock }: HeldToken): number {
  try {
    return clock.now();
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
