#!/usr/bin/env node
'use strict';

const { main, unexpected } = require('../dist/vox.cjs');

const fail = (thrown) => process.exit(unexpected(thrown));
const runDry = () => fail(new Error('vox came to an end before its work did'));

process.on('uncaughtException', fail);
// Nothing is left to wait for: what a promise forgot must not look like success.
process.once('beforeExit', runDry);

main(process.argv.slice(2), (exitCode) => process.exit(exitCode)).then((exitCode) => {
  process.off('beforeExit', runDry);
  process.exitCode = exitCode;
});
