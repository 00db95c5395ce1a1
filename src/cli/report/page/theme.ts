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

  next(): void {
    const theme = THEMES[(THEMES.indexOf(this.#theme) + 1) % THEMES.length]!;
    this.#show(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // It is kept for this view alone.
    }
  }

  #show(theme: Theme): void {
    this.#theme = theme;
    document.documentElement.dataset['theme'] = theme;
    this.#button.textContent = { auto: 'Auto', light: 'Light', dark: 'Dark' }[theme];
    this.#button.setAttribute('aria-label', `Theme: ${theme}`);
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
