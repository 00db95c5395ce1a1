/** Keeps the last result of a function, because most requests of a client share one instance of headers or options. */

/** The function, with its last answer kept for as long as it is asked about the same. */
export function rememberLast<Asked extends object, Answer>(make: (asked: Asked) => Answer): (asked: Asked) => Answer {
  let last: Asked | undefined;
  let made: Answer;
  return (asked) => {
    if (asked !== last) {
      made = make(asked);
      last = asked;
    }
    return made;
  };
}
