type Brush = (text: string) => string;

/** The few colours that the reports use. */
export interface Paint {
  readonly bold: Brush;
  readonly dim: Brush;
  readonly red: Brush;
  readonly yellow: Brush;
  readonly green: Brush;
}

const bare: Brush = (text) => text;

export const plainPaint: Paint = { bold: bare, dim: bare, red: bare, yellow: bare, green: bare };

/** The only file that knows chalk. Whether there is colour was decided before; chalk's own guess is not asked. */
export async function loadPaint(color: boolean): Promise<Paint> {
  if (!color) return plainPaint;
  const { Chalk } = await import('chalk');
  return new Chalk({ level: 1 });
}
