// The JavaScript example of Deepgram's page on streaming text to speech (seed of its SDK 4.x), typed anew. Only the URL
// is another, and what ends the program: the example stays connected for ever.
const fs = require('node:fs');
const { createClient, LiveTTSEvents } = require('deepgram-sdk-4');

const url = process.env.DEEPGRAM_URL;

// A header of WAV for 48 kHz, 16 bit, mono; the lengths stay 0, as on the page.
const wavHeader = Buffer.alloc(44);
wavHeader.write('RIFF', 0);
wavHeader.write('WAVEfmt ', 8);
wavHeader.writeUInt32LE(16, 16);
wavHeader.writeUInt16LE(1, 20);
wavHeader.writeUInt16LE(1, 22);
wavHeader.writeUInt32LE(48000, 24);
wavHeader.writeUInt32LE(96000, 28);
wavHeader.writeUInt16LE(2, 32);
wavHeader.writeUInt16LE(16, 34);
wavHeader.write('data', 36);

const live = async () => {
  const text = 'Hello, how can I help you today?';
  const deepgram = createClient(process.env.DEEPGRAM_API_KEY, { global: { url, websocket: { options: { url } } } });
  const connection = deepgram.speak.live({ model: 'aura-2-thalia-en', encoding: 'linear16', sample_rate: 48000 });
  let audio = wavHeader;

  connection.on(LiveTTSEvents.Open, () => {
    console.log('Connection opened');
    connection.sendText(text);
    connection.flush();

    connection.on(LiveTTSEvents.Close, () => console.log('Connection closed'));
    connection.on(LiveTTSEvents.Metadata, (data) => console.dir(data, { depth: null }));
    connection.on(LiveTTSEvents.Audio, (data) => {
      console.log('Audio data received');
      audio = Buffer.concat([audio, Buffer.from(data)]);
    });
    connection.on(LiveTTSEvents.Flushed, () => {
      console.log('Flushed');
      writeFile();
      connection.requestClose();
    });
    connection.on(LiveTTSEvents.Error, (error) => console.error(error.message));
  });

  const writeFile = () => {
    if (audio.length === 0) return;
    fs.writeFile('output.wav', audio, (error) => {
      if (error) console.error('Error writing audio file:', error);
      else console.log('Audio file saved as output.wav');
    });
    audio = wavHeader;
  };
};

live();
