"""What somebody who searches in drives means, as facts that a drive must show."""

from crossmodal_narrator.language.searching.understanding import wanted_by, words_of
from crossmodal_narrator.language.searching.wanted import Topic, Wanted, event_named
from crossmodal_narrator.language.searching.words import SearchWords, read_search_words

__all__ = ["SearchWords", "Topic", "Wanted", "event_named", "read_search_words", "wanted_by", "words_of"]
