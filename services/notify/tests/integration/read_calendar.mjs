// Reads calendar files (JSON list of texts on standard input) with ical.js and writes what it understood as JSON.
import ICAL from "ical.js";
import { readFileSync } from "node:fs";

const texts = JSON.parse(readFileSync(0, "utf8"));
const read = (text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const zones = calendar.getAllSubcomponents("vtimezone").map((zone) => new ICAL.Timezone(zone));
  zones.forEach((zone) => ICAL.TimezoneService.register(zone));
  const event = new ICAL.Event(calendar.getFirstSubcomponent("vevent"));
  const attendee = event.attendees[0];
  return {
    method: calendar.getFirstPropertyValue("method"),
    uid: event.uid,
    sequence: event.sequence,
    status: event.component.getFirstPropertyValue("status"),
    summary: event.summary,
    location: event.location,
    description: event.description,
    start: event.startDate.toJSDate().toISOString(),
    end: event.endDate.toJSDate().toISOString(),
    zone: event.startDate.zone.tzid,
    zones: zones.map((zone) => zone.tzid),
    organizer: event.organizer,
    attendee: attendee.getFirstValue(),
    rsvp: attendee.getParameter("rsvp"),
  };
};
process.stdout.write(JSON.stringify(texts.map(read)));
