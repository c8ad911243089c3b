/** Making mp3, Opus and Vorbis with the ffmpeg program: as a stream for the server, as a file or a pipe for the client. */
export type { CompressedContainer, EncodeStream } from './ffmpeg.ts';
export { encodeStream, findFfmpeg } from './ffmpeg.ts';
export type { EncodingOptions, EncodingSinkOptions } from './sinks/encoding.ts';
export { createEncodingSink, createEncodingStreamSink } from './sinks/encoding.ts';
