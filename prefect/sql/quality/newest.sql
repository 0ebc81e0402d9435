SELECT max(created_date) AS created_date FROM {service_requests}
