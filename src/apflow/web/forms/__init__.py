"""Forms, made from the facts that an event asks for: nobody writes one by hand.

    fields     what one form is: its questions with their options, values and errors, as values
    typed      what was typed into it, and what it says before anything is
    building   a lifecycle's facts -> fields
    depending  which questions count only with certain answers to others
    reading    what was typed -> answers as `casework.ask` takes them, or faults
    saying     what is wrong with an answer, as a person reads it
    particulars  when it happened, in which role, and why a guard is gone past
    reasons    what stands in the way, with the way out
    summing    answers in words, to be checked or copied

The id of an input is its name: `fact-<fact>`, `fact-<fact>-day`, `fact-<fact>-<entry>-detail`.
Nothing here knows the web framework; `templates/forms/fields.html` draws what is made here.
"""
