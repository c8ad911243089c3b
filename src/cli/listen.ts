import { type Command, Option } from 'commander';
import type { CommandContext } from './context.ts';
import { addSessionFlags, addTalkFlags, many, once, type SessionFlags, seconds, type TalkFlags } from './flags.ts';
import {
  addHearFlags,
  addRawFlags,
  addSubtitleFlags,
  type HearFlags,
  type RawFlags,
  type RecorderName,
  recorderNames,
  type TranscriptFlags,
} from './hear-flags.ts';

export interface ListenFlags extends SessionFlags, TalkFlags, HearFlags, TranscriptFlags, RawFlags {
  source: string;
  recorder?: RecorderName;
  device?: string;
  save?: string;
  duration?: number;
  untilSilence?: number;
  dryRun?: boolean;
}

/** `vox listen`: the microphone to text, live. */
export function addListen(program: Command, context: CommandContext): void {
  const command = program
    .command('listen')
    .summary('the microphone to text, live')
    .description('Writes down what is said into the microphone. Enter or q ends it, and so does Ctrl-C.')
    .optionsGroup('Input:')
    .option('--source <what>', 'microphone, stdin (raw PCM), or a file played in real time', 'microphone')
    .addOption(new Option('--recorder <name>', 'the program that records').choices(recorderNames))
    .option('-a, --device <name>', 'the microphone, by the name that the recorder has for it')
    .option('--duration <seconds>', 'end after so much audio', seconds)
    .option('--until-silence <seconds>', 'end when, after speech, nobody has spoken for so long', seconds);
  addRawFlags(command)
    .optionsGroup('Output:')
    .option('-o, --output <file>', "grown live, by the name's ending: .txt .srt .vtt (repeatable)", many)
    .option('--save <file>', 'keep the audio: FILE.wav', once);
  addSubtitleFlags(command);
  addHearFlags(command);
  addSessionFlags(command).option('--dry-run', 'show what would be sent, and send and record nothing');
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (flags: ListenFlags) => {
    const { listen } = await import('./work.ts');
    await listen(context, flags);
  });
}
