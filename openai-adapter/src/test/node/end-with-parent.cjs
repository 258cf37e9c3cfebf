// SPDX-License-Identifier: Apache-2.0
// The parent holds the other end of standard input: when it is gone, however it went, this process ends too.
process.stdin.resume().on('end', () => process.exit());
