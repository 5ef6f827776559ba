-- Reports ask for the journals of a business date. They lie close together, so the least and greatest date of a range of
-- pages finds them: a few kilobytes, and next to nothing on the way of a posting, where a tree would cost a write each.
CREATE INDEX journal_of_date ON journal USING brin (booking_date) WITH (pages_per_range = 32, autosummarize = on);
