"""The language of visible texts: gettext catalogues, and the English of the source where a catalogue has nothing."""

from explorer.base.languages.catalogues import ENGLISH as ENGLISH
from explorer.base.languages.catalogues import LANGUAGES as LANGUAGES
from explorer.base.languages.catalogues import N_ as N_
from explorer.base.languages.catalogues import _ as _
from explorer.base.languages.catalogues import closest_language as closest_language
from explorer.base.languages.catalogues import component_words as component_words
from explorer.base.languages.catalogues import current_language as current_language
from explorer.base.languages.catalogues import ngettext as ngettext
from explorer.base.languages.catalogues import speak_as as speak_as
from explorer.base.languages.catalogues import speaking as speaking
from explorer.base.languages.html_texts import replace_texts as replace_texts
from explorer.base.languages.sentences import joined as joined
from explorer.base.languages.stored_texts import translate_stored as translate_stored
