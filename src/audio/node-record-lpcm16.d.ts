/** The part of the package that is used; it comes without types. */
declare module 'node-record-lpcm16' {
  import type { ChildProcessWithoutNullStreams } from 'node:child_process';
  import type { Readable } from 'node:stream';
  export interface Recording {
    readonly process: ChildProcessWithoutNullStreams;
    stream(): Readable;
  }
  const package_: {
    record(options: {
      recorder: string;
      sampleRate: number;
      channels: number;
      audioType: 'raw';
      device?: string;
    }): Recording;
  };
  export default package_;
}
