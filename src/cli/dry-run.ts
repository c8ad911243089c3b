import { planTurn } from '../session/plan.ts';
import type { Boundary } from '../speech/span.ts';
import { createRewriter } from '../text/pronounce.ts';
import { cutSpans } from '../text/spans.ts';
import type { ServiceFlags, TalkFlags, VoiceFlags } from './flags.ts';
import type { TextInput } from './input.ts';
import { encodingFor, target } from './output.ts';
import type { ProviderChoice } from './providers.ts';
import type { Running } from './running.ts';
import { speakSettings } from './settings.ts';
import { firstSpoken } from './spans.ts';
import { wantsMarkdown } from './speaking.ts';
import type { SpeakParts } from './wiring.ts';

type DryFlags = ServiceFlags & VoiceFlags & TalkFlags & { output?: string; format?: string };

/** Stands where a key would: it is never shown, not even in part. */
const hiddenKey = 'KEY';

/** Prints the URL, the headers (no key) and the frames that would be sent, to stdout; nothing is opened. */
export async function dryRun(
  inputs: readonly TextInput[],
  flags: DryFlags,
  choice: ProviderChoice,
  parts: Pick<SpeakParts, 'service' | 'baseUrl' | 'credentials' | 'sendsCompressed'>,
  running: Running,
  flush: Boundary,
): Promise<undefined> {
  const { io, loaded, signal } = running;
  const kind = flags.output === undefined ? undefined : target(flags.output, flags.format).kind;
  const compressed = kind === 'mp3' || kind === 'opus';
  const encoding =
    kind === undefined || (compressed && !parts.sendsCompressed) ? undefined : encodingFor(kind, flags.encoding);
  const { settings, rules } = speakSettings(flags, loaded.config, parts.service.traits, {
    baseUrl: parts.baseUrl,
    provider: choice.provider,
    ...(encoding && { encoding }),
  });
  const credentials =
    parts.credentials.key === undefined ? parts.credentials : { ...parts.credentials, key: hiddenKey };
  const { url, headers } = parts.service.endpoint.build(settings, credentials);
  const print = (name: string, value: object, human: string) =>
    io.stdout.write(flags.json ? `${JSON.stringify({ event: name, ...value })}\n` : `${human}\n`);
  print(
    'connect',
    { url, headers },
    [url, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\n'),
  );
  for (const input of inputs) {
    const cut = cutSpans(input.chunks(signal), {
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
