"""The phrases of the pages, one a line: key, Dutch, English."""
# ruff: noqa: E501  # a table reads best with one phrase a line

PAGES = """
skip|Naar de inhoud|Skip to content
menu|Menu|Menu
language|Taal|Language
search|Zoeken|Search
introductions|Introducties|Introductions
notifications|Meldingen|Notifications
initiatives|Mijn werk|My work
share|Verhaal delen|Share a story
preferences|Voorkeuren|Preferences
sign_out|Uitloggen|Sign out
sign_in|Inloggen|Sign in
tagline|Leren van wie het al geprobeerd heeft|Learn from those who tried it before
api|Voor programmeurs|For developers
events|Gebeurtenissen voor andere programma’s|Events for other programmes
signin_intro|Vul je mailadres in. Je krijgt een link waarmee je inlogt; een wachtwoord heb je niet nodig.|Fill in your mail address. You get a link that signs you in; you need no password.
email|Mailadres|Mail address
send_link|Stuur mij een link|Send me a link
look_in_mail|Kijk in je mail|Look in your mail
link_sent|Als dit adres bij ons bekend is, is er nu een link onderweg. Hij werkt een half uur.|If we know this address, a link is on its way. It works for half an hour.
link_wait|Niets gekregen? Kijk ook bij de ongewenste mail, of vraag je coördinator welk adres bekend is.|Nothing there? Look in the junk folder too, or ask your coordinator which address is known.
confirm_title|Nog één klik|One more click
confirm_intro|Druk op de knop om in te loggen.|Press the button to sign in.
no_email|Dit is geen mailadres. Kijk het even na.|This is no mail address. Please check it.
search_title|Wat speelt er bij jou?|What are you working on?
search_hint|Zoek in gewone woorden, in het Nederlands of Engels|Search in plain words, in Dutch or English
search_example|Bijvoorbeeld: mantelzorgers raken overbelast|For example: carers are overburdened
people_title|Mensen die met iets vergelijkbaars bezig zijn|People working on something similar
no_people|Nu nog niemand die goed bij je past. Vertel onder “Mijn werk” waar je mee bezig bent, dan zoeken we verder.|Nobody who fits you well yet. Tell us under “My work” what you do, and we keep looking.
find_people|Mensen bij deze vraag|People for this question
ask_title|Vraag om een introductie|Ask to be introduced
ask_message|Waarom wil je elkaar spreken? Eén zin is genoeg.|Why would you like to talk? One sentence is enough.
ask_send|Stuur mijn vraag|Send my question
ask_note|Pas als de ander ja zegt, krijgen jullie elkaars contactgegevens.|Only when the other says yes do you get each other's contact details.
your_introductions|Je introducties|Your introductions
no_introductions|Nog geen introducties. Op de zoekpagina staan mensen met wie je kunt kennismaken.|No introductions yet. The search page shows people you could meet.
wants_to_meet|wil je graag leren kennen|would like to meet you
you_asked|Jij vroeg om een introductie|You asked to be introduced
answer_yes|Ja, graag|Yes, gladly
answer_not_now|Nu even niet|Not now
answer_pause|Drie maanden rust|Three months of rest
answer_block|Blokkeren|Block
more_answers|Andere antwoorden|Other answers
answer_note|Alleen bij “ja” hoort de ander iets.|Only a “yes” is told to the other.
state_asked|Wacht op antwoord|Waiting for an answer
state_introduced|Jullie zijn geïntroduceerd|You have been introduced
state_closed|Afgesloten|Closed
state_expired|Verlopen|Lapsed
contact|Contact|Contact
phone|Telefoon|Telephone
your_notifications|Je meldingen|Your notifications
no_notifications|Geen meldingen. Rustig zo.|No notifications. All quiet.
unread|nieuw|new
open|Bekijken|Open
mark_read|Gelezen|Mark as read
your_initiatives|Waar je mee bezig bent|What you work on
initiatives_intro|Vertel het zoals je het een collega zou vertellen. Aan de hand hiervan vinden we mensen die met iets vergelijkbaars bezig zijn.|Tell it as you would tell a colleague. From this we find people who work on something similar.
new_initiative|Nog iets toevoegen|Add something else
title|Titel|Title
what|Wat doen we?|What do we do?
for_whom|Voor wie?|For whom?
struggle|Wat schuurt er, of ging er mis?|What chafes, or went wrong?
need|Wat hebben we nodig?|What do we need?
more_texts|Meer vertellen|Tell more
offer|Wat kunnen we anderen uitleggen?|What can we explain to others?
stage|Waar staan jullie?|Where do you stand?
stage_unknown|Dat weet ik nog niet|I do not know yet
flag|Loopt het?|Does it move?
flag_none|Het loopt|It moves
flag_stuck|We zitten vast|We are stuck
flag_stopped|We zijn gestopt|We stopped
save|Bewaren|Save
share_title|Deel een verhaal|Share a story
share_intro|Ook wat misging is leerzaam, en telt even zwaar.|What went wrong teaches too, and counts as much.
kind|Wat is het?|What is it?
summary|In het kort|In short
body|Het verhaal|The story
context|Waardoor lukte het juist daar?|What made it work there?
outcome|Wat leverde het op?|What came of it?
visibility|Wie mag het lezen?|Who may read it?
visible_network|Iedereen in Kring|Everybody in Kring
visible_programme|Alleen mijn programma|My programme only
themes|Thema's|Themes
populations|Doelgroepen|Population groups
share_send|Delen|Share
moderation|Moderatie|Moderation
moderation_title|Meldingen over verhalen|Reports of stories
moderation_hidden|Verborgen verhalen|Hidden stories
moderation_intro|Lees het verhaal, en besluit. Wat je verbergt vindt niemand meer, behalve de schrijver en de coördinatoren van je programma.|Read the story, and decide. What you hide nobody finds any more, but its author and your programme's coordinators.
moderation_none|Er ligt niets. Mooi zo.|Nothing is waiting. Good.
moderation_none_hidden|Er is niets verborgen.|Nothing is hidden.
case_reported|Gemeld|Reported
case_hidden|Verborgen|Hidden
case_appealed|Schrijver vraagt om een nieuw oordeel|Author asks for another look
case_upheld|Blijft verborgen|Stays hidden
case_restored|Weer te vinden|Found again
hide_reason|Waarom verberg je het?|Why do you hide it?
decision_words|Wat zeg je tegen de schrijver?|What do you say to its author?
decision_note|De schrijver leest dit. Wie meldde, leest niemand. Laat je het staan, dan hoort de schrijver niets.|The author reads this. Nobody reads who reported. If you leave it, the author is told nothing.
decision_other|Hier besluit iemand anders over: het is je eigen verhaal, of jij verborg het.|Somebody else decides on this: it is your own story, or it was you who hid it.
decide_hide|Verbergen|Hide
decide_dismiss|Laten staan|Leave it
decide_restore|Weer laten zien|Show again
decide_uphold|Verborgen houden|Keep hidden
ruling_reason|Reden:|Reason:
ruling_appeal|De schrijver zegt:|The author says:
hidden_title|Jouw verborgen verhalen|Your hidden stories
hidden_intro|Een coördinator verborg deze verhalen. Alleen jij en de coördinatoren van je programma lezen ze nog.|A coordinator hid these stories. Only you and your programme's coordinators still read them.
hidden_none|Geen van je verhalen is verborgen.|None of your stories is hidden.
appeal_open|Ik ben het er niet mee eens|I do not agree
appeal_words|Waarom niet?|Why not?
appeal_note|Je kunt dit één keer vragen. Iemand anders kijkt er dan opnieuw naar.|You can ask this once. Somebody else then looks at it again.
appeal_send|Vraag om een nieuw oordeel|Ask for another look
report_open|Dit verhaal melden|Report this story
report_reason|Wat is er mis?|What is wrong?
report_words|Wil je er iets bij zeggen?|Would you like to add something?
report_note|Een coördinator van het programma kijkt ernaar. De schrijver hoort niet wie meldde.|A coordinator of the programme looks at it. The author is not told who reported it.
report_send|Melden|Report
story_hidden|Dit verhaal is verborgen. Alleen de schrijver en de coördinatoren lezen het nog.|This story is hidden. Only its author and the coordinators still read it.
story_hidden_why|Waarom, en wat je kunt doen|Why, and what you can do
preferences_title|Je voorkeuren|Your preferences
told_title|Waar hoor je van ons over?|What do we tell you about?
channel_page|Op je pagina|On your page
channel_mail|Per mail|By mail
kind_recommendation|Nieuwe mensen die bij je werk passen|New people who fit your work
kind_introduction_asked|Iemand wil kennismaken|Somebody would like to meet you
kind_introduced|Een introductie is rond|An introduction has come about
kind_moderation|Er is iets besloten over je verhaal|Something was decided about your story
allowed_title|Wat mag Kring?|What may Kring do?
allowed_legend|Ik vind het goed dat Kring|I agree that Kring
preferred_language|Mijn taal|My language
you_are|Je bent ingelogd als|You are signed in as
everywhere|Overal uitloggen|Sign out everywhere
export_title|Alles over jou|Everything about you
export_told|Haal op wat Kring over je bewaart: om te lezen, en als gegevens voor een andere dienst. Bewaar het bestand goed, want alles staat erin.|Fetch what Kring keeps about you: to read, and as data for another service. Keep the file safe, for everything is in it.
export_button|Download alles over mij|Download everything about me
export_page_title|Alles wat Kring over jou bewaart|Everything that Kring keeps about you
export_made|Gemaakt op|Made on
export_about|Elke dienst van Kring vertelde zelf wat zij over je bewaart. In de map data staat hetzelfde voor programma’s.|Every service of Kring told by itself what it keeps about you. The folder data holds the same for programs.
export_not_in|Wat niet in dit bestand staat: hoe je anderen bereikt (dat zie je in Kring zolang jullie in contact zijn), wie jou te zien kreeg, en de reeksen getallen waarmee Kring in je teksten zoekt. In het logboek van Kring staan je gegevens versleuteld.|What is not in this file: how to reach others (Kring shows it as long as you are in touch), who was shown your profile, and the rows of numbers by which Kring searches your texts. The log of Kring holds your data encrypted.
export_contents|Inhoud|Contents
export_nothing|Hiervan bewaart Kring niets over jou.|Of this Kring keeps nothing about you.
erase_title|Kring verlaten|Leave Kring
erase_told|We wissen je profiel, je werk, je vragen en wat anderen over je te zien kregen. Dat kan niet worden teruggedraaid.|We erase your profile, your work, your questions and what others were shown of you. It cannot be undone.
erase_open|Ik wil weg|I want to leave
erase_keep|Laat mijn verhalen staan, zonder mijn naam|Keep my stories, without my name
erase_sure|Ja, wis alles over mij|Yes, erase everything about me
erase_button|Wis mij nu|Erase me now
"""

RESULTS = """
results|resultaten|results
result|resultaat|result
no_results|Niets gevonden. Probeer andere woorden, of haal een filter weg.|Nothing found. Try other words, or take a filter away.
narrow|Verfijnen|Narrow down
remove_filter|verwijderen|remove
next_page|Meer resultaten|More results
facet_kind|Soort|Kind
facet_theme|Thema|Theme
facet_population|Doelgroep|Population group
facet_stage|Fase|Stage
facet_language|Taal|Language
contacts|Meer weten? Vraag het aan|Want to know more? Ask
similar|Verhalen die hierop lijken|Stories like this one
source|Bron|Source
reason|Waarom jullie|Why you two
part_peer|Zelfde vraagstuk|Same question
part_guide|Een stap verder|A step ahead
part_complement|Vult elkaar aan|You complete each other
part_bridge|Over een grens heen|Across a border
works_on|Werkt aan|Works on
language_nl|Nederlands|Dutch
language_en|Engels|English
done_asked|Je vraag is verstuurd.|Your question was sent.
done_answered|Je antwoord is verwerkt.|Your answer was recorded.
done_saved|Bewaard.|Saved.
done_shared|Dank je wel, je verhaal staat erin. Binnen een minuut is het te vinden.|Thank you, your story is in. It can be found within a minute.
done_reported|Dank je wel. Een coördinator kijkt ernaar.|Thank you. A coordinator will look at it.
done_decided|Besloten. Als het nodig is, krijgt de schrijver bericht.|Decided. The author is told if need be.
done_appealed|Gevraagd. Iemand anders kijkt ernaar, en je krijgt bericht.|Asked. Somebody else looks at it, and you will be told.
done_erased|Alles over jou is gewist. Dank je wel dat je meedeed.|Everything about you was erased. Thank you for having been with us.
done_failed|Dat lukte nu niet. Probeer het zo nog eens.|That did not work just now. Please try again in a moment.
done_conflict|Dat kan nu niet: het is al beantwoord of verlopen, of een van jullie heeft geen plek meer.|That is not possible now: it was answered or lapsed, or one of you has no place left.
done_stale|Dit is intussen ergens anders gewijzigd. Hieronder staat het zoals het nu is.|This was changed elsewhere meanwhile. Below is how it stands now.
done_invalid|Kijk na wat je hebt ingevuld en probeer het nog eens.|Please check what you filled in and try again.
part_down|Dit onderdeel is even niet bereikbaar. Probeer het zo nog eens.|This part cannot be reached just now. Please try again in a moment.
error_401|Log eerst in.|Please sign in first.
error_403|Dat mag hier niet.|That is not allowed here.
error_404|Deze pagina bestaat niet, of is niet voor jou.|This page does not exist, or is not for you.
error_410|Deze link werkt niet meer. Vraag een nieuwe.|This link no longer works. Ask for a new one.
error_422|Kijk na wat je hebt ingevuld en probeer het nog eens.|Please check what you filled in and try again.
error_429|Dat ging wat snel. Wacht even en probeer het dan nog eens.|That was a little fast. Wait a moment and try again.
error_503|Kring is even niet bereikbaar. Probeer het zo nog eens.|Kring cannot be reached just now. Please try again in a moment.
error_other|Er ging iets mis. Probeer het zo nog eens.|Something went wrong. Please try again in a moment.
error_title|Dat ging niet|That did not work
back|Terug naar het begin|Back to the start
"""
