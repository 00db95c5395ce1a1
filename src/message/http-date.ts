/** Dates of header fields (RFC 9110 section 5.6.7): the form that is sent, and the two old ones that are still read. */

const TIME = '(\\d{2}):(\\d{2}):(\\d{2})';
const IMF_FIXDATE = new RegExp(`^[A-Z][a-z]{2}, (\\d{2}) ([A-Z][a-z]{2}) (\\d{4}) ${TIME} GMT$`);
const RFC_850 = new RegExp(`^[A-Z][a-z]+day, (\\d{2})-([A-Z][a-z]{2})-(\\d{2}) ${TIME} GMT$`);
const ASCTIME = new RegExp(`^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \\d]\\d) ${TIME} (\\d{4})$`);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Milliseconds since 1970, or `undefined` for anything but an HTTP date.
 * @param wallNow milliseconds since 1970; tells the century of a year of two digits
 */
export function parseHttpDate(text: string, wallNow: number): number | undefined {
  const fixdate = IMF_FIXDATE.exec(text);
  if (fixdate !== null) return timestamp(Number(fixdate[3]), fixdate[2], fixdate[1], fixdate.slice(4));
  const old = RFC_850.exec(text);
  if (old !== null) return timestamp(fullYear(Number(old[3]), wallNow), old[2], old[1], old.slice(4));
  const asctime = ASCTIME.exec(text);
  if (asctime !== null) return timestamp(Number(asctime[6]), asctime[1], asctime[2], asctime.slice(3, 6));
  return undefined;
}

/**
 * RFC 9110 section 5.6.7: a date that seems to be more than 50 years ahead is the last one in the past with these
 * digits.
 */
function fullYear(digits: number, wallNow: number): number {
  const now = new Date(wallNow).getUTCFullYear();
  const year = now - (now % 100) + digits;
  return year > now + 50 ? year - 100 : year;
}

function timestamp(year: number, monthName = '', dayText = '', time: readonly string[]): number | undefined {
  const month = MONTHS.indexOf(monthName);
  const day = Number(dayText);
  const [hour = 0, minute = 0, second = 0] = time.map(Number);
  if (month === -1 || hour > 23 || minute > 59 || second > 60) return undefined;
  const at = Date.UTC(year, month, day, hour, minute, second);
  // The 31st of June would count as the 1st of July.
  return day >= 1 && new Date(Date.UTC(year, month, day)).getUTCDate() === day ? at : undefined;
}
