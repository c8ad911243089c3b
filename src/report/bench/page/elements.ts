/** The element of that id and kind, or none: a part of the page may be left out. */
export function find<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind | undefined {
  const found = document.getElementById(id);
  return found instanceof kind ? found : undefined;
}

export function setText(id: string, text: string): void {
  const found = document.getElementById(id);
  if (found) found.textContent = text;
}

export function addOption(select: HTMLSelectElement, value: string, text: string): void {
  const option = document.createElement('option');
  option.value = value;
  option.textContent = text;
  select.append(option);
}
