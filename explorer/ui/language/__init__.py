"""The language in which a visitor reads the pages. It knows no page and no component."""

from explorer.ui.language.visitor_language import begin_language as begin_language
from explorer.ui.language.visitor_language import language_switch as language_switch
