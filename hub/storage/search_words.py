"""What somebody typed into a search field, as the words that the SQL functions of migration 025 look for."""

#: Nobody types more, and each word is a search of its own.
WORDS_MAX = 6
#: No name, number or address piece that is looked for is longer; keys are cut to the same length (hub.storage.pinyin).
WORD_LETTERS_MAX = 40


def words_of(typed: str) -> list[str]:
    """Each word in small letters and digits alone; a number that is written in groups is one word.

    "+100 0000-0012" -> ["10000000012"]; "李桂兰 三组" -> ["李桂兰", "三组"]; "AX-01" -> ["ax01"]. Nothing that can be
    looked for: an empty list.
    """
    if typed.strip() and all(letter.isspace() or letter in "+-0123456789" for letter in typed):
        pieces = [typed]
    else:
        pieces = typed.split()
    words = dict.fromkeys(letters_of(piece)[:WORD_LETTERS_MAX] for piece in pieces)
    return [word for word in words if word][:WORDS_MAX]


def letters_of(text: str) -> str:
    """Letters and digits in small: what is compared. No quote or backslash passes, so a word is a safe tsquery."""
    return "".join(letter for letter in text.lower() if letter.isalnum())
