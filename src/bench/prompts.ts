import type { Prompt } from './material.ts';

/**
 * Written for this project: what a voice agent says. `short` is a turn of 10 to 30 characters, `sentence` of 70 to 90,
 * `paragraph` of about 400.
 */
const texts = {
  short: [
    'Good morning.',
    'How can I help you?',
    'One moment, please.',
    'That is all set.',
    'Is there anything else?',
    'I did not catch that.',
    'Which day suits you?',
    'It closes at nine.',
    'Let me check that.',
    'You are welcome.',
    'Please hold the line.',
    'The code is four two six.',
    'Shall I book it?',
    'It is on its way.',
    'That costs eight dollars.',
    'I have found two of them.',
    'Would you like a window?',
    'Turn left at the bridge.',
    'Your table is ready.',
    'Thank you for waiting.',
    'It rains until noon.',
    'The line is open now.',
    'I can do that for you.',
    'See you on Friday.',
  ],
  sentence: [
    'Your appointment is on Tuesday at half past ten, in the office near the station.',
    'The parcel left our warehouse this morning and should arrive before the weekend.',
    'I can move the booking to Thursday, but only the early flight still has a seat.',
    'The nearest pharmacy is two streets away, and it stays open until eight tonight.',
    'Please have your reference number ready, because the next question asks for it.',
    'We have received your payment, and a receipt is on its way to your mail address.',
    'Rain is expected from the west this afternoon, so you may want to take a coat.',
    'The train to the coast leaves from platform four, about six minutes behind time.',
    'To change the password, open the settings page and choose the second menu item.',
    'There are three rooms left for that night, and one of them looks onto the lake.',
    'Your order holds two lamps and a chair, and both can be delivered on one day.',
    'The museum is closed on Mondays, but the garden behind it is open every morning.',
    'I have written down the broken heater, and somebody will come by before dinner.',
    'If the light blinks twice, hold the button for five seconds and then let it go.',
    'The meeting moved to the large room upstairs, since more people want to join it.',
    'You can return the shoes within thirty days, as long as they have not been worn.',
    'Our kitchen takes the last orders at a quarter past nine, so there is time left.',
    'The ferry does not sail in strong wind, but the bus drives around the whole bay.',
    'I will send you a short message as soon as the doctor has looked at the results.',
    'Take the second exit at the roundabout, then follow the road along the railway.',
    'The library has one copy of that book, and it comes back at the end of the week.',
    'Your balance is forty dollars and ten cents, and no payment is due this month.',
    'The swimming pool opens at seven, and the first hour is kept for slow swimmers.',
    'We could not reach you yesterday, so the driver left the box with a neighbour.',
    'The new timetable starts on Sunday, with a bus to the airport every ten minutes.',
    'For a table outside, call again after noon, when we know what the weather does.',
    'The engineer needs about an hour, and the water will be off while she works there.',
    'There is a small fee for changes, but it falls away when you ask a day ahead.',
    'You are third in the queue, and the waiting time is a little under four minutes.',
    'The concert is sold out, though a few seats come back on the evening of the show.',
    'Please read me the last four digits on the card, and I will look up the account.',
    'The path along the river is flooded, so walkers should keep to the upper road.',
  ],
  paragraph: [
    'Thank you for calling the city library. We are open from nine to six on weekdays and until noon on Saturdays. If you want to keep a book for longer, say the word longer. If you want to know whether a book is there, tell me its title or the name of its author. For everything else, stay on the line, and one of us will be with you soon. The reading room on the second floor is closed today for repairs.',
    'Your trip begins at the central station at ten past eight. Change at the second stop, where the next train waits on the other side of the platform. You arrive at the coast shortly before eleven, in time for the ferry at half past. The crossing takes forty minutes. On the island, a small blue bus meets every boat and drives to the village, the beach and the lighthouse, in that order.',
    'To set up the new lamp, plug it in and wait until its ring turns white. Then open the app, choose the plus sign, and hold the phone close to the lamp. When both show the same colour, press the button on the lamp once. It will blink three times and keep your network in mind. If it turns red instead, unplug it, count to ten, and begin again from the first step.',
    'The weather for the next three days stays mild. Today there are clouds in the morning and some sun from two in the afternoon on. Tomorrow brings light rain before noon, mostly in the hills, and a fresh wind from the west. The day after is dry and a little warmer, with fog near the river at sunrise. Nights remain above freezing, so the roads should be clear for everyone who drives early.',
    'I have looked at your account, and there are two things to tell you. First, the payment of the fourth has arrived, so nothing is due before the end of next month. Second, your plan includes more calls than you used in the past half year. If you like, I can change it to the smaller one, which costs six dollars less. You keep your number, and the change starts on the first of the month.',
    'Today the kitchen has a soup of roasted carrots, and after it either fish with rice or a pie with mushrooms. Both come with a green salad. The fish takes about twenty minutes, the pie is ready at once. For dessert there is a cake with plums, which is still warm, and ice cream in three kinds. If anyone at the table does not eat nuts, tell me now, and I will let the cook know about it.',
    'This is a message for all who take part in the walk on Sunday. We meet at nine at the old mill, not at the church as in other years, because the bridge there is closed. Bring something to drink, a coat, and shoes that may get wet. The way is eight miles long and mostly flat. At noon we rest near the lake. Those who want to leave early can take the bus from there at one or at three.',
    'The check of your heating is done, and this is what was found. The pump works well and needs nothing. The filter was full of dust and has been replaced. One valve in the cellar lets a little water through, which is not dangerous, but it will get worse over the winter. A new valve costs thirty dollars, and the work takes half an hour. We could come on Wednesday or Friday, in the morning.',
  ],
} as const;

export type PromptSet = keyof typeof texts;

export const promptSets = Object.keys(texts).filter(isPromptSet);

export function isPromptSet(name: string): name is PromptSet {
  return Object.hasOwn(texts, name);
}

export function builtInPrompts(set: PromptSet): Prompt[] {
  return texts[set].map((text, at) => ({ id: `${set}-${at + 1}`, set, text }));
}

/** A user's own, one a line; blank lines part nothing. The same text twice is one prompt. */
export function promptsOfLines(text: string, set: string): Prompt[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const distinct = [...new Set(lines.filter((line) => line !== ''))];
  return distinct.map((line, at) => ({ id: `${set}-${at + 1}`, set, text: line }));
}

/**
 * A prompt once more in other words, so that no cache has it: numbered in front, where a cache of beginnings would look
 * too. 0 is the prompt as it stands.
 */
export function varyPrompt(prompt: Prompt, variation: number): Prompt {
  return variation === 0 ? prompt : { ...prompt, text: `Take ${variation + 1}: ${prompt.text}` };
}
