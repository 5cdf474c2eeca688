"""The option for the language of sentences."""

from typing import Annotated

import typer

from hub.words.language import Language

LanguageOption = Annotated[Language, typer.Option(help="The language of the sentences.")]
