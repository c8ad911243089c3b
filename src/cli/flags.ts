import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Encoding, encodings, sampleRatesHz } from '../audio/format.ts';
import { debugAreas } from '../log.ts';

/** Flags of every command that reaches a service. */
export interface ConnectFlags {
  provider?: string;
  endpoint?: string;
  apiKeyFile?: string;
  insecure?: boolean;
  header: string[];
  connectTimeout: number;
  maxTime?: number;
}

/** Flags of every command that holds a session with a service. */
export interface SessionFlags extends ConnectFlags {
  route?: 'bridge' | 'direct';
  region?: string;
  worldPart?: string;
  auth?: 'header' | 'query' | 'subprotocol';
  param: string[];
  timeout: number;
  reconnect?: boolean;
  maxReconnects?: number;
  trace?: string;
}

/** Flags of every command that speaks in such a session. */
export interface ServiceFlags extends SessionFlags {
  interrupt?: 'cancel' | 'clear';
  limits: 'on' | 'off';
  dryRun?: boolean;
}

/** Flags of how a command talks to the person or the pipe. */
export interface TalkFlags {
  json?: boolean;
  quiet?: boolean;
  debug: string[];
}

/** Flags of what is spoken and how. */
export interface VoiceFlags {
  file?: string[];
  voice?: string;
  model?: string;
  language?: string;
  speed?: number;
  sampleRate?: number;
  encoding?: Encoding;
  pronunciation?: string;
  flush?: 'clause' | 'sentence' | 'paragraph' | 'end';
  markdown: 'auto' | 'on' | 'off';
}

export function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('Not a number of seconds above 0.');
  return value;
}

export function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`Not a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

export function speed(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0.25 || value > 4)
    throw new InvalidArgumentError('Not a number from 0.25 to 4.');
  return value;
}

export function sampleRate(text: string): number {
  const value = Number(text);
  if (!sampleRatesHz.some((rate) => rate === value)) {
    throw new InvalidArgumentError(`Not a rate of the protocol: ${sampleRatesHz.join(', ')}.`);
  }
  return value;
}

export function many(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** For a flag of one value: the second would take the place of the first without a word. */
export function once(value: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError('It is given twice; one file a run.');
  return value;
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description} (repeatable)`).argParser(many).default([], 'none');
}

export function areas(value: string): string[] {
  const wanted = value.split(',').map((area) => area.trim());
  const wrong = wanted.find((area) => !debugAreas.some((known) => known === area));
  if (wrong !== undefined) throw new InvalidArgumentError(`Unknown area '${wrong}': ${debugAreas.join(', ')}.`);
  return wanted;
}

export function addTalkFlags(command: Command): Command {
  return command
    .option('--json', 'one JSON object a line, with stable names')
    .option('-q, --quiet', 'only the result, and errors')
    .addOption(
      new Option('--debug <areas>', `details on stderr: ${debugAreas.join(',')}`).argParser(areas).default([], 'none'),
    );
}

const usualProvider = 'the one whose key is set, else local';

export function addConnectFlags(command: Command, defaultProvider: string = usualProvider): Command {
  return command
    .optionsGroup('Service:')
    .option('--provider <name>', `local, slng, deepgram or telnyx (default: ${defaultProvider})`)
    .option('--base-url, --endpoint <url>', 'another server: scheme, host, an optional prefix')
    .option('--api-key-file <file>', 'read the key from a file')
    .option('--insecure', 'let a key travel over plain ws:// beyond this machine')
    .addOption(repeatable('-H, --header <name: value>', 'another header for the service'))
    .option('--connect-timeout <seconds>', 'longest wait for an open, ready session', seconds, 10)
    .option('--max-time <seconds>', 'longest time for the whole', seconds);
}

export function addTraceFlag(command: Command): Command {
  return command.option('--trace <file>', 'write what crosses the wire to FILE.jsonl, without keys and audio');
}

export function addTimeoutFlag(command: Command): Command {
  return command.option(
    '--timeout <seconds>',
    "longest wait for the service's next message, and for audio to begin",
    seconds,
    30,
  );
}

export function addSessionFlags(command: Command): Command {
  addTimeoutFlag(addConnectFlags(command))
    .option('--no-reconnect', 'a lost connection is an error')
    .option('--max-reconnects <n>', 'go on over another connection so often', wholeNumber(1, 100_000), 50);
  return addTraceFlag(addRouteFlags(command));
}

/** Where within a provider, with which words of its own. */
export function addRouteFlags(command: Command): Command {
  return command
    .addOption(new Option('--route <route>', "SLNG's family of routes").choices(['bridge', 'direct']))
    .option('--region <name>', 'region override, for example eu-north-1')
    .option('--world-part <name>', 'world part override: ap, eu, na')
    .addOption(new Option('--auth <way>', 'how the key travels').choices(['header', 'query', 'subprotocol']))
    .addOption(repeatable('--param <name=value>', "a setting in the vendor's own words"));
}

/** Flags of a service that speaks, in every command. */
export function addSpeakFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--interrupt <words>', "SLNG's words for an interruption: cancel and clear, or clear alone").choices([
        'cancel',
        'clear',
      ]),
    )
    .addOption(
      new Option(
        '--limits <when>',
        'wait where the vendor limits how much may be asked a minute; text is cut to size always',
      )
        .choices(['on', 'off'])
        .default('on'),
    );
}

export function addServiceFlags(command: Command): Command {
  return addSpeakFlags(addSessionFlags(command)).option('--dry-run', 'show what would be sent, and send nothing');
}

export function addVoiceFlags(command: Command, defaults: { flush: string; markdown: string }): Command {
  command
    .optionsGroup('Text:')
    .option('-f, --file <file>', "text from a file, '-' for stdin (repeatable)", many)
    .addOption(
      new Option('--markdown <when>', 'turn markdown into speech')
        .choices(['auto', 'on', 'off'])
        .default('auto', defaults.markdown),
    )
    .addOption(
      new Option('--flush <boundary>', `ask for sound at each (default: ${defaults.flush})`).choices([
        'clause',
        'sentence',
        'paragraph',
        'end',
      ]),
    )
    .option('--pronunciation <dictionary>', 'a name that the service knows, or a FILE.json of rules')
    .optionsGroup('Voice:')
    .option('-v, --voice <name>', "the voice; '?' lists them")
    .addOption(modelFlag());
  return addSoundFlags(command);
}

export function modelFlag(): Option {
  return new Option('--model <name>', 'the model');
}

/** How a voice sounds, and as what it comes. */
export function addSoundFlags(command: Command): Command {
  return command
    .option('--language <code>', 'the language, for example en or de')
    .option('--speed <factor>', '1 is normal, 2 twice as fast', speed)
    .option('--sample-rate <hz>', 'samples a second (default: 24000)', sampleRate)
    .addOption(new Option('--encoding <name>', 'what the service sends').choices(encodings));
}
