import { type Command, Option } from 'commander';
import type { CommandContext } from './context.ts';
import { addSessionFlags, addTalkFlags, many, type SessionFlags, type TalkFlags, wholeNumber } from './flags.ts';
import {
  addHearFlags,
  addRawFlags,
  addSubtitleFlags,
  type HearFlags,
  pace,
  type RawFlags,
  type TranscriptFlags,
} from './hear-flags.ts';
import { transcriptKindNames } from './transcript-targets.ts';

export interface TranscribeFlags extends SessionFlags, TalkFlags, HearFlags, TranscriptFlags, RawFlags {
  raw?: boolean;
  channels: 'mix' | 'split';
  format?: string;
  outDir?: string;
  jobs: number;
  skipExisting?: boolean;
  reference?: string[];
  interim?: boolean;
  words?: boolean;
  pace?: 'fast' | number;
  dryRun?: boolean;
}

/** `vox transcribe`: recordings to text. */
export function addTranscribe(program: Command, context: CommandContext): void {
  const command = program
    .command('transcribe')
    .summary('recordings to text or subtitles')
    .description("Transcribes recordings: WAV, MP3, Ogg Opus, FLAC, raw PCM; '-' is stdin.")
    .argument('<files...>', 'what to transcribe')
    .optionsGroup('Input:')
    .option('--raw', 'the audio has no header: the next three say what it is');
  addRawFlags(command)
    .addOption(
      new Option('--channels <how>', 'mix the channels, or split them: each a speaker')
        .choices(['mix', 'split'])
        .default('mix'),
    )
    .option('--pace <pace>', "'realtime', 'fast' or a factor (default: as the service can take it)", pace)
    .optionsGroup('Output:')
    .option('-o, --output <file>', "where to, by the name's ending: .txt .srt .vtt .json (repeatable)", many)
    .addOption(new Option('--format <kind>', 'for stdout and --out-dir (default: text)').choices(transcriptKindNames))
    .option('--out-dir <folder>', 'a file for each recording, named after it')
    .option('--skip-existing', 'leave out what has its files: go on where a run before stopped')
    .option('--jobs <n>', 'how many recordings at once', wholeNumber(1, 64), 1)
    .option('--words', 'in a text: each word with its times')
    .option('--interim', 'show what is understood so far');
  addSubtitleFlags(command).option(
    '--reference <file>',
    'what was really said, for the word error rate (one a recording)',
    many,
  );
  addHearFlags(command);
  addSessionFlags(command).option('--dry-run', 'show what would be sent, and send nothing');
  addTalkFlags(command.optionsGroup('Talk:'));
  command.action(async (files: string[], flags: TranscribeFlags) => {
    const { transcribe } = await import('./work.ts');
    await transcribe(context, files, flags);
  });
}
