import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { BenchDocument } from '../../src/bench/document.ts';
import { renderBench } from '../../src/report/bench/index.ts';
import { madeUpDocument } from '../report/bench/made-up.ts';
import { needs } from '../support/programs.ts';
import { root } from '../support/vox.ts';

const chromiumName = process.env.VOX_CHROMIUM ?? 'chromium';
const gated = needs(chromiumName);
/** What a person may look at after a test run. */
const artefacts = join(root, 'test-results', 'bench-page');

gated.describe('the page of a bench, in a real browser', () => {
  const { it } = gated;
  const folder = mkdtempSync(join(tmpdir(), 'vox-bench-page-'));
  const document = madeUpDocument();
  let browser: Browser;
  beforeAll(async () => {
    const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', chromiumName], { encoding: 'utf8' }).stdout.trim();
    browser = await chromium.launch({ executablePath: found, args: ['--no-sandbox'] });
    mkdirSync(artefacts, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Opening {
    readonly dark?: boolean;
    readonly widthPx?: number;
  }

  interface Opened {
    readonly page: Page;
    /** Errors and warnings of the console, and what was thrown. */
    readonly complaints: string[];
    readonly requests: string[];
  }

  /** Opens a document's page as a user does: a file, by its name. What it asks of the network is written down. */
  async function open(shown: BenchDocument, { dark = false, widthPx = 1200 }: Opening = {}): Promise<Opened> {
    const path = join(folder, `${shown.kind}.html`);
    // The JSON is what is shown: the page is made of what was written and read again.
    writeFileSync(path, [...renderBench('html', JSON.parse([...renderBench('json', shown)].join('')))].join(''));
    const page = await browser.newPage({
      viewport: { width: widthPx, height: 900 },
      colorScheme: dark ? 'dark' : 'light',
    });
    const [complaints, requests]: [string[], string[]] = [[], []];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    await page.locator('#cdf canvas').waitFor();
    return { page, complaints, requests: requests.filter((url) => url !== pathToFileURL(path).href) };
  }

  const texts = async (page: Page, selector: string) => page.locator(selector).allTextContents();
  const paper = (page: Page) => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');

  it.each([
    ['tts', 1200, false],
    ['tts', 1200, true],
    ['tts', 390, false],
    ['stt', 1200, false],
    ['roundtrip', 1200, true],
  ] as const)('%s at %d px, dark: %s: draws, asks for nothing, and fits', async (kind, widthPx, dark) => {
    const { page, complaints, requests } = await open(madeUpDocument({ kind }), { dark, widthPx });
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
    expect(await page.locator('canvas').count()).toBe(kind === 'stt' ? 1 : 2);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(widthPx);
    const name = `${kind}-${widthPx}-${dark ? 'dark' : 'light'}.png`;
    const picture = await page.screenshot({ path: join(artefacts, name), fullPage: true });
    expect(picture.length).toBeGreaterThan(50_000);
    await page.close();
  });

  it('has axes with units, of whatever figure the reader chooses', async () => {
    const { page } = await open(document);
    expect(await texts(page, '.axis')).toEqual([
      ...['share of runs (%)', 'time to first audio (ms)'],
      ...['audio (ms)', 'time after t0 (ms)'],
    ]);
    const before = await page.locator('#cdf').screenshot();
    await page.locator('#figure').selectOption('rtf');
    expect(await texts(page, '#cdf-x')).toEqual(['processing ÷ audio (ratio, lower is faster)']);
    expect((await page.locator('#cdf').screenshot()).equals(before)).toBe(false);
    expect(await page.locator('#cdf').getAttribute('aria-label')).toContain('processing ÷ audio, 4 series');
    await page.close();
  });

  it('draws the series that are chosen, and says what is under the pointer', async () => {
    const { page } = await open(document);
    const all = await page.locator('#cdf').screenshot();
    await page.locator('#series input').first().uncheck();
    expect((await page.locator('#cdf').screenshot()).equals(all)).toBe(false);
    expect(await page.locator('#cdf').getAttribute('aria-label')).toContain('3 series');
    await page.locator('#cdf .u-over').hover();
    await expect.poll(() => texts(page, '#cdf-readout')).toEqual([expect.stringMatching(/^At most \d+ ms: .* \d+ %/)]);
    await page.close();
  });

  it('marks the underruns of the run that is chosen', async () => {
    const { page } = await open(document);
    expect(await texts(page, '#timeline-text')).toEqual([
      'First frame after 190 ms, first audible sample after 250 ms, 2000 ms of audio, no underrun.',
    ]);
    const worst = document.timelines.findIndex(({ underruns }) => underruns.length > 0);
    await page.locator('#timeline-run').selectOption(String(worst));
    expect(await texts(page, '#timeline-text')).toEqual([
      'First frame after 190 ms, first audible sample after 250 ms, 2000 ms of audio, 1 underrun, 300 ms in all.',
    ]);
    await page.locator('#timelines').screenshot({ path: join(artefacts, 'underrun.png') });
    await page.close();
  });

  it('shows the numbers of the JSON', async () => {
    const { page } = await open(document);
    const json: BenchDocument = JSON.parse([...renderBench('json', document)].join(''));
    for (const [at, { summary }] of json.series.entries()) {
      const row = page.locator(`.percentiles.p${at} tbody tr`).filter({ hasText: 'time to first audio' });
      const cells = (await row.locator('td').allTextContents()).slice(1);
      const { ttfaMs } = summary;
      const inMs = (value: number | undefined) => (value === undefined ? '–' : String(Math.round(value)));
      const interval = ttfaMs?.ci?.p50;
      expect(cells).toEqual([
        inMs(ttfaMs?.p50),
        interval ? `${inMs(interval.low)}–${inMs(interval.high)}` : '–',
        ...[ttfaMs?.p90, ttfaMs?.p95, ttfaMs?.p99, ttfaMs?.mean, ttfaMs?.min, ttfaMs?.max].map(inMs),
        String(ttfaMs?.count),
      ]);
      // To the last digit, where the text is rounded.
      expect(Number(await row.locator('td').nth(1).getAttribute('data-value'))).toBe(ttfaMs?.p50 ?? 0);
    }
    const ttfa = await column(page, 'ttfa');
    expect(ttfa).toEqual(json.runs.map((run) => (run.ttfaMs === undefined ? '–' : String(Math.round(run.ttfaMs)))));
    await page.close();
  });

  it('sorts its runs, by mouse and by keyboard, what is missing last', async () => {
    const { page } = await open(document);
    const known = document.runs.flatMap(({ ttfaMs }) => (ttfaMs === undefined ? [] : [ttfaMs])).sort((a, b) => a - b);
    const dashes = document.runs.length - known.length;
    const up = [...known.map((value) => String(Math.round(value))), ...Array(dashes).fill('–')];
    const down = [...known.reverse().map((value) => String(Math.round(value))), ...Array(dashes).fill('–')];
    const head = page.locator('.runs th').filter({ has: page.getByRole('button', { name: /^ttfa\b/ }) });
    await head.getByRole('button').click();
    expect(await column(page, 'ttfa')).toEqual(up);
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    await head.getByRole('button').press('Enter');
    expect(await column(page, 'ttfa')).toEqual(down);
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    await page.getByRole('button', { name: 'outcome' }).press('Space');
    expect((await column(page, 'outcome'))[0]).toBe('failed: E_TIMEOUT, no audio within 10 s');
    expect(await page.locator('.runs th[aria-sort]').count()).toBe(1);
    await page.close();
  });

  async function column(page: Page, name: string): Promise<string[]> {
    const heads = (await texts(page, '.runs thead th')).map((text) => text.replace(/ (ms|ratio|%|bytes)$/, ''));
    return texts(page, `.runs tbody td:nth-child(${heads.indexOf(name) + 1})`);
  }

  it('is light or dark as the system says, or as the reader chooses; and prints in light', async () => {
    const light = await open(document);
    const dark = await open(document, { dark: true });
    const [onLight, onDark] = [await paper(light.page), await paper(dark.page)];
    expect([onLight, onDark]).toEqual(['rgb(255, 255, 255)', 'rgb(17, 22, 29)']);
    const plot = await light.page.locator('#cdf').screenshot();
    expect((await dark.page.locator('#cdf').screenshot()).equals(plot)).toBe(false);
    await light.page.getByRole('button', { name: 'Dark' }).click();
    expect(await paper(light.page)).toBe(onDark);
    expect((await light.page.locator('#cdf').screenshot()).equals(plot)).toBe(false);
    await light.page.getByRole('button', { name: 'Light' }).click();
    expect(await paper(light.page)).toBe(onLight);
    await dark.page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await paper(dark.page)).toBe(onLight);
    await dark.page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await paper(dark.page)).toBe(onDark);
    await Promise.all([light.page.close(), dark.page.close()]);
  });

  it('obeys no stranger', async () => {
    const hostile = `</script><script>document.title='taken'</script><img src=x onerror="document.title='taken'">"'<!-- \u202eשלום`;
    const { page, complaints, requests } = await open(madeUpDocument({ hostile }));
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
    expect(await page.title()).toBe('Latency report: text to speech');
    expect(await page.locator('img').count()).toBe(0);
    const shown = `</script><script>document.title='taken'</script><img src=x onerror="document.title='taken'">"'<!-- \\u202eשלום`;
    expect((await column(page, 'request id'))[0]).toBe(shown);
    expect(await texts(page, '#series bdi')).toContain(`local/model-0:${shown}, sentence`);
    await page.close();
  });

  it('may load nothing, even if it were told to', async () => {
    const { page, complaints } = await open(document);
    const loaded = await page.evaluate(`new Promise((done) => {
      const image = new Image();
      image.onload = () => done('loaded');
      image.onerror = () => done('refused');
      image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';
    })`);
    expect(loaded).toBe('refused');
    expect(complaints.join()).toContain('Content Security Policy');
    await page.close();
  });
});
