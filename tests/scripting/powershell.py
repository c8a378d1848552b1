# Exits with status 1 if the file is not in the grammar of PowerShell.
import sys

import tree_sitter
import tree_sitter_pwsh

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_pwsh.language()))
with open(sys.argv[1], "rb") as script:
    sys.exit(parser.parse(script.read()).root_node.has_error)
