UPDATE log SET status = %(status)s, message = %(message)s WHERE id = %(id)s
