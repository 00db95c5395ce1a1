/** Light, dark, or as the system: kept for the next report where the browser lets a file keep something. */
const KEY = 'sluice-report-theme';
const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

export class ThemeSwitch {
  readonly #button: HTMLElement;
  #theme: Theme = 'auto';

  constructor(button: HTMLElement) {
    this.#button = button;
    const kept = stored();
    this.#show(THEMES.find((theme) => theme === kept) ?? 'auto');
    button.addEventListener('click', () => this.next());
  }

  /** Goes on to the next of the three. */
  next(): void {
    const theme = THEMES[(THEMES.indexOf(this.#theme) + 1) % THEMES.length]!;
    this.#show(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // It is kept for this view alone.
    }
  }

  /** Style sheets read the theme from an attribute of the document. */
  #show(theme: Theme): void {
    this.#theme = theme;
    document.documentElement.dataset['theme'] = theme;
    this.#button.textContent = { auto: 'Auto', light: 'Light', dark: 'Dark' }[theme];
    this.#button.setAttribute('aria-label', `Theme: ${theme}`);
  }
}

/** Some browsers throw for a file that wants to read from storage. */
function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
