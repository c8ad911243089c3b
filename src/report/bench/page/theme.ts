import { find } from './elements.ts';

type Theme = 'light' | 'dark';

/** Light or dark as the system says until the reader chooses; printed in light. `redraw` is called after each change. */
export function switchThemes(redraw: () => void): void {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const button = find('theme', HTMLButtonElement);
  let chosen: Theme | undefined;
  const apply = (theme: Theme) => {
    root.dataset.theme = theme;
    if (button) button.textContent = shown() === 'dark' ? 'Light' : 'Dark';
    redraw();
  };
  const shown = (): Theme => chosen ?? (system.matches ? 'dark' : 'light');
  if (button) button.hidden = false;
  button?.addEventListener('click', () => {
    chosen = shown() === 'dark' ? 'light' : 'dark';
    apply(shown());
  });
  system.addEventListener('change', () => apply(shown()));
  addEventListener('beforeprint', () => apply('light'));
  addEventListener('afterprint', () => apply(shown()));
  apply(shown());
}
