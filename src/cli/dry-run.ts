import { jsonLine, visibleJson } from '../report/visible.ts';
import { planTurn } from '../session/plan.ts';
import type { Credentials } from '../speech/connect.ts';
import type { Endpoint } from '../speech/service.ts';
import type { Boundary } from '../speech/span.ts';
import { createRewriter } from '../text/pronounce.ts';
import { cutSpans } from '../text/spans.ts';
import type { ServiceFlags, TalkFlags, VoiceFlags } from './flags.ts';
import type { TextInput } from './input.ts';
import { type FileKind, sourceFor } from './output.ts';
import type { ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import { hiddenKey, shownUrl, shownValues } from './secrets.ts';
import { speakSettings } from './settings.ts';
import { firstSpoken } from './spans.ts';
import { wantsMarkdown } from './speaking.ts';
import { wireDry } from './wiring.ts';

type DryFlags = ServiceFlags & VoiceFlags & TalkFlags;

interface DryPlan {
  readonly jobs: AsyncIterable<{ readonly input: TextInput }> | Iterable<{ readonly input: TextInput }>;
  /** Undefined where it would be played. */
  readonly kind?: FileKind;
}

/** Prints the URL, the headers (no key) and the frames that would be sent, to stdout; nothing is opened. */
export async function dryRun(
  { jobs, kind }: DryPlan,
  flags: DryFlags,
  choice: ProviderChoice,
  running: Running,
  flush: Boundary,
): Promise<undefined> {
  const { loaded } = running;
  const parts = await wireDry(choice);
  const print = dryPrinter(flags, running);
  const source = kind && sourceFor(kind, flags.encoding, parts.sends);
  const { settings, rules } = speakSettings(flags, loaded.config, parts.service.traits, {
    baseUrl: parts.baseUrl,
    provider: choice.provider,
    ...(source && { encoding: source.encoding }),
  });
  printConnect(parts, settings, print);
  for await (const { input } of jobs) {
    const cut = cutSpans(input.chunks(running.signal), {
      eager: flush === 'clause',
      markdown: wantsMarkdown(flags.markdown, input),
      ...(flags.language !== undefined && { language: flags.language }),
      ...(rules.length > 0 && { rewrite: createRewriter(rules) }),
    });
    for await (const frame of planTurn(parts.service, settings, await firstSpoken(cut, input.name), flush)) {
      const text = frame.kind === 'text' ? frame.text : `(${frame.bytes.length} bytes)`;
      print('frame', { text }, `> ${text}`);
    }
  }
  return undefined;
}

/** Writes one thing of a dry run to stdout, as an object or for a person. */
export type DryPrint = (name: string, value: object, human: string) => void;

export function dryPrinter({ json }: Pick<TalkFlags, 'json'>, { io, secrets }: Running): DryPrint {
  return (name, value, human) =>
    io.stdout.write(secrets.hide(json ? jsonLine({ event: name, ...value }) : `${shown(human)}\n`));
}

/** Frames are JSON, and stay it. */
function shown(lines: string): string {
  return lines.split('\n').map(visibleJson).join('\n');
}

/** The URL and the headers, without the key. */
export function printConnect<Settings>(
  { service, credentials }: { service: { endpoint: Pick<Endpoint<Settings>, 'build'> }; credentials: Credentials },
  settings: Settings,
  print: DryPrint,
): void {
  const shown = credentials.key === undefined ? credentials : { ...credentials, key: hiddenKey };
  const request = service.endpoint.build(settings, shown);
  const [url, headers] = [shownUrl(request.url), shownValues(request.headers)];
  const { subprotocols } = request;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (subprotocols.length > 0) lines.push(`Sec-WebSocket-Protocol: ${subprotocols.join(', ')}`);
  const offered = subprotocols.length > 0 ? { subprotocols } : {};
  print('connect', { url, headers, ...offered }, [url, ...lines].join('\n'));
}
