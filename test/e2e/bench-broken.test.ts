import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { type FaultyServer, faultyServer, nobody, type Scenario } from '../support/faulty-server.ts';
import { settle } from '../support/manual-clock.ts';
import type { Ran } from '../support/vox.ts';
import { expectFailure, failure, key, objects, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const quick = ['--prompts', 'short', '--warmup', '0'];
const read = (name: string) => readFileSync(place.file(name), 'utf8');
const runsOf = (ran: Pick<Ran, 'stdout'>) => objects(ran.stdout).filter(({ event }) => event === 'run');

async function against(scenario: Scenario, args: (server: FaultyServer) => readonly string[]) {
  const server = await faultyServer(scenario);
  try {
    return { ran: await place.vox(['bench', ...args(server)]), requests: [...server.requests] };
  } finally {
    await server.close();
  }
}

const at = ({ wsUrl }: FaultyServer) => ['--target', `slng?endpoint=${wsUrl}`];

describe('vox bench, refused before anything is connected', () => {
  it.each([
    [
      ['--runs', '20', '--assert', 'ttfa.p95<400ms'],
      'E_USAGE',
      /^ttfa\.p95 wants at least 100 runs, and --runs is 20$/,
    ],
    [['--reuse', '--assert', 'connect.p50<1s'], 'E_USAGE', /^connect\.p50 wants 10 new connections, and there is one /],
    [['--assert', 'speed<1'], 'E_USAGE', /^--assert 'speed<1' /],
    [['--runs', '2', '--duration', '2s'], 'E_USAGE', 'exclude one another'],
    [['--start-at', '2020-01-01T00:00:00Z'], 'E_USAGE', 'has passed'],
    [['-o', 'report.pdf'], 'E_USAGE', 'as .pdf'],
    [['-o', 'none/report.json'], 'E_FILE', 'none/report.json'],
    [['-o', 'ok.json', '-o', 'none/report.csv'], 'E_FILE', 'none/report.csv'],
    [['--prompts', 'none.txt'], 'E_FILE', 'none.txt'],
    [['--trace', 'none/wire.jsonl'], 'E_FILE', 'none/wire.jsonl'],
    [['--save-audio', 'folder/file'], 'E_FILE', 'folder/file'],
    [['--target', 'deepgram'], 'E_KEY', 'no key for deepgram'],
    [['--target', 'nobody/model'], 'E_USAGE', "unknown provider 'nobody'"],
    [['--encoding', 'vorbis'], 'E_UNSUPPORTED', 'does not send vorbis'],
    [['--save-audio', 'mp3s', '--encoding', 'mp3'], 'E_USAGE', '--save-audio writes WAV files'],
  ] as const)('%j', async (flags, code, message) => {
    if (!existsSync(place.file('folder'))) mkdirSync(place.file('folder'));
    place.put('folder/file', '');
    const before = place.names();
    const { ran, requests } = await against({}, (server) => [...at(server), ...quick, ...flags]);
    expectFailure(ran, code, message);
    expect(requests).toEqual([]);
    expect(place.names()).toEqual(before);
  });

  it.each([
    ['--runs', '0'],
    ['--concurrency', 'many'],
    ['--rate', '-1'],
    ['--feed', 'words'],
    ['--think', '8'],
    ['--nonsense', '1'],
  ])('%s %s', async (flag, value) => {
    const ran = await place.vox(['bench', flag, value]);
    expect(ran).toMatchObject({ code: 2 });
    expectFailure(ran, 'E_USAGE');
  });
});

describe('vox bench, of services that fail', () => {
  it('has a row for every failure, and ends with the code of the first', async () => {
    const refuse = { status: 401, body: `{"error":"bad key ${key}"}` };
    const outputs = ['-o', 'refused.json', '-o', 'refused.html'];
    const { ran } = await against({ refuse }, (server) => [...at(server), ...quick, '--runs', '3', ...outputs]);
    expectFailure(ran, 'E_AUTH');
    const { runs, series, advice } = JSON.parse(read('refused.json'));
    expect(runs.map(({ ok, error }: { ok: boolean; error: { code: string } }) => [ok, error.code])).toEqual(
      Array(3).fill([false, 'E_AUTH']),
    );
    expect(series).toMatchObject([{ runs: 3, measured: 0, failed: 3 }]);
    expect(advice.map(({ code }: { code: string }) => code)).toContain('failures');
    for (const name of ['refused.json', 'refused.html']) expect(read(name)).not.toContain(key);
  });

  it('measures the others where one is not there', async () => {
    const args = ['--target', `slng?endpoint=${nobody}&label=gone`, ...quick, '--runs', '2', '--json'];
    const { ran } = await against({}, (server) => [...at(server), ...args]);
    expect(ran.code).toBe(4);
    const rows = runsOf(ran).map(({ target, ok }) => `${target} ${ok}`);
    expect(new Set(rows)).toEqual(new Set(['gone false', 'slng true']));
    expect(rows.filter((row) => row === 'slng true').length).toBeGreaterThanOrEqual(2);
    expect(objects(ran.stdout).at(-1)).toMatchObject({ event: 'error', code: 'E_CONNECT', input: 'gone · short' });
  });

  it('counts what breaks off, and what never comes, among the rows', async () => {
    const scenario: Scenario = { on: { flush: [['drop']] } };
    const broken = await against(scenario, (server) => [...at(server), ...quick, '--runs', '1', '--json']);
    expect(runsOf(broken.ran)).toMatchObject([{ ok: false, error: { code: 'E_CLOSED' } }]);
    const silent: Scenario = { on: { flush: [[]] } };
    const timeout = ['--timeout', '0.2'];
    const late = await against(silent, (server) => [...at(server), ...quick, '--runs', '1', '--json', ...timeout]);
    expect(runsOf(late.ran)).toMatchObject([{ ok: false, error: { code: 'E_TIMEOUT' } }]);
    expect(late.ran.code).toBe(4);
  });
});

/** Runs for a minute, unless it is ended: after so many runs. */
async function stopped(
  after: number,
  args: readonly string[],
  stop: (child: ChildProcess, row: Row) => void | Promise<void>,
) {
  return place.vox(['bench', '--prompts', 'short', '--duration', '60s', '--json', ...args], {
    during: async (child) => {
      let rows = 0;
      child.stdin?.end();
      if (!child.stdout) throw new Error('no stdout');
      for await (const line of createInterface({ input: child.stdout })) {
        const said: Row = JSON.parse(line);
        if (said.event === 'run' && ++rows === after) return stop(child, said);
      }
    },
  });
}

interface Row {
  readonly event: string;
  readonly address?: string;
}

describe.skipIf(process.platform !== 'linux')('vox bench, stopped in the middle', () => {
  it('by Ctrl-C: gives what was measured so far, and takes its server along', async () => {
    let server = 0;
    const ran = await stopped(3, ['-o', 'stopped.json', '-o', 'stopped.csv'], (child) => {
      [server = 0] = childrenOf(child.pid);
      child.kill('SIGINT');
    });
    expect(ran).toMatchObject({ code: 130, signal: null });
    expect(failure(ran)).toMatchObject({ code: 'E_INTERRUPTED', message: 'interrupted' });
    const { runs } = JSON.parse(read('stopped.json'));
    expect(runs.length).toBeGreaterThanOrEqual(3);
    expect(runs.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
    expect(read('stopped.csv').trimEnd().split('\n')).toHaveLength(runs.length + 1);
    expect(server).toBeGreaterThan(0);
    expect(lives(server)).toBe(false);
  });

  it('before anything was measured: leaves no file', async () => {
    const ran = await place.vox(['bench', '--start-at', '+1h', '-o', 'never.json'], {
      during: async (child) => {
        child.stdin?.end();
        if (!child.stderr) throw new Error('no stderr');
        for await (const line of createInterface({ input: child.stderr })) if (line.includes('starting at')) break;
        child.kill('SIGINT');
      },
    });
    expect(ran.code).toBe(130);
    expect(existsSync(place.file('never.json'))).toBe(false);
  });

  it('by SIGKILL: its server ends by itself', async () => {
    let server = 0;
    let gone: Promise<unknown> = Promise.resolve();
    const ran = await stopped(1, [], async (child, { address = '' }) => {
      [server = 0] = childrenOf(child.pid);
      const [host, port] = address.split(':');
      const socket = connect(Number(port), host);
      await once(socket, 'connect');
      // A server that ends before it took the connection in resets it: gone all the same.
      socket.on('error', () => {});
      gone = new Promise((resolve) => socket.resume().once('close', resolve));
      child.kill('SIGKILL');
    });
    expect(ran.signal).toBe('SIGKILL');
    expect(server).toBeGreaterThan(0);
    await gone;
    while (lives(server)) await settle();
  });
});

/** What stands in /proc about a process: its state and its parent; undefined where it is gone. */
function statOf(pid: number | string): { state: string; parent: number } | undefined {
  try {
    const [state = '', parent] = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number | undefined): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.filter((name) => statOf(name)?.parent === pid).map(Number);
}

/** One that has ended and that nobody asked about is a zombie. */
function lives(pid: number): boolean {
  const found = statOf(pid);
  return found !== undefined && found.state !== 'Z';
}
